import { describe, expect, it } from "vitest"
import * as GoFile from "../../../src/domain/predecessor/GoFile.ts"

/** As `bfm build` of the Go BfM wrote it, with what a person changed. */
const generated = (fields: string): string => `//go:build ignore

package core

import (
	_ "embed"

	"github.com/toolsascode/bfm/api/migrations"
)

//go:embed 20250101120000_create_users.up.sql
var upSQL string

func init() {
	migration := &migrations.MigrationScript{
${fields}
		Version:    "20250101120000",
		Name:       "create_users",
		Connection: "core",
		Backend:    "postgresql",
		UpSQL:      upSQL,
	}
	migrations.GlobalRegistry.Register(migration)
}
`

const read = (fields: string) => GoFile.read(generated(fields))

describe("GoFile.read", () => {
  it("reads what the template writes", () => {
    const fields = `Schema: "", // Dynamic - provided in request
      Dependencies: []string{  },
      StructuredDependencies: []migrations.Dependency{},
      Tags: []string{},`
    expect(read(fields)).toEqual({ schema: "", dependencies: [], structured: [], tags: [], problems: [] })
  })

  it("reads what a person wrote into it", () => {
    const fields = `Schema: "shop",
      Dependencies: []string{"bootstrap", \`create_plans\`},
      StructuredDependencies: []backends.Dependency{
        {Connection: "core", Schema: "core", Target: "20250101000000", TargetType: "version"},
        backends.Dependency{Target: "users", RequiresTable: "plans", RequiresSchema: "billing"},
        {Connection: "core"},
      },
      Tags: []string{"env=prod", "Feature=a\\tb"},`
    const nothing = { connection: "", schema: "", requiresTable: "", requiresSchema: "" }
    expect(read(fields)).toEqual({
      schema: "shop",
      dependencies: ["bootstrap", "create_plans"],
      structured: [
        { ...nothing, connection: "core", schema: "core", target: "20250101000000", by: "version" },
        { ...nothing, target: "users", by: "name", requiresTable: "plans", requiresSchema: "billing" }
      ],
      tags: ["env=prod", "Feature=a\tb"],
      problems: []
    })
  })

  it.each([
    ["a line comment", `// Schema: "comment",`],
    ["a comment in the middle of a line", `Schema /* : "other" */ : "" ,`],
    ["a comment over several lines", `/*\n Schema: "comment",\n*/`],
    ["a string", `Note: "Schema: \\"text\\"",`],
    ["a raw string", 'Note: `\n Schema: "raw",`,'],
    ["a dependency", `StructuredDependencies: []migrations.Dependency{{Schema: "shop", Target: "x"}},`],
    [
      "what a dependency requires",
      `StructuredDependencies: []migrations.Dependency{{RequiresSchema: "y", Target: "x"}},`
    ]
  ])("takes no schema from %s", (_, fields) => {
    expect(read(fields)).toMatchObject({ schema: "", problems: [] })
  })

  it("takes no migration's schema from dependencies that stand by themselves", () => {
    const file = `var needs = []migrations.Dependency{{Schema: "shop", Target: "x"}}\n${generated('Schema: "core",')}`
    expect(GoFile.read(file)).toMatchObject({ schema: "core", problems: [] })
  })

  it("understands Go's ways of writing a text", () => {
    expect(read('Schema: "caf\\u00e9" + "_" + "\\xc3\\xa9\\101",')).toMatchObject({ schema: "café_éA" })
    expect(read("Schema: `a\\nb`,")).toMatchObject({ schema: "a\\nb" })
    expect(read("Schema: `a\r\nb`,")).toMatchObject({ schema: "a\nb" })
    expect(read('Schema: "\\003\\u0041\\U0001F600\\\\\\"",')).toMatchObject({ schema: '\u0003A😀\\"' })
    expect(read('Schema: `"a"`,')).toMatchObject({ schema: '"a"' })
    expect(read('Schema: "`a`",')).toMatchObject({ schema: "`a`" })
  })

  it.each([
    ['"a" + b', "Schema is not written as a text"],
    ['"a" - "b"', "Schema is not written as a text"],
    ['"a" +', "Schema is not written as a text"],
    ['"a" "b"', "Schema is not written as a text"],
    ['+ "a"', "Schema is not written as a text"],
    ["T{}", "Schema is not written as a text"],
    ['"a" + T{}', "Schema is not written as a text"],
    ['"\\q"', '"\\q" is not a string that Go can read'],
    ['"\\xff"', '"\\xff" is not a string that Go can read'],
    ["'a", "a string that begins with ' is never closed"],
    ["`a", "a string that begins with ` is never closed"]
  ])("guesses no schema from %s", (value, reason) => {
    expect(read(`Schema: ${value},`)).toEqual(expect.objectContaining({ problems: [{ line: 16, reason }] }))
    expect(read(`Schema: ${value},`)).not.toHaveProperty("schema")
  })

  it.each([
    ["Tags: nil,", { tags: [] }],
    ["Tags: none,", { problems: [{ line: 16, reason: "Tags is not written as a list of texts" }] }],
    ["Tags: ,", { problems: [{ line: 16, reason: "Tags is not written as a list of texts" }] }],
    ['Tags: T{"a"},', { problems: [{ line: 16, reason: "Tags is not written as a list of texts" }] }],
    [
      'Tags: []string{a: "b"},',
      { problems: [{ line: 16, reason: "Tags is not written as a list of texts" }] }
    ],
    ['Tags: []string{"a" + "=" + "b", "c=d"},', { tags: ["a=b", "c=d"], problems: [] }],
    ["StructuredDependencies: nil,", { structured: [] }],
    [
      "StructuredDependencies: []T{x},",
      { problems: [{ line: 16, reason: "StructuredDependencies is not written as a list of dependencies" }] }
    ],
    [
      'StructuredDependencies: []T{{"a"}},',
      { problems: [{ line: 16, reason: "StructuredDependencies is not written as a list of dependencies" }] }
    ],
    [
      "StructuredDependencies: []T{{Target: x}},",
      { problems: [{ line: 16, reason: "StructuredDependencies is not written as a list of dependencies" }] }
    ],
    [
      'StructuredDependencies: []T{{Target: " a ", Connection: " "}},',
      { structured: [expect.objectContaining({ target: "a", connection: "" })], problems: [] }
    ]
  ])("reads lists as they are written: %s", (fields, expected) => {
    expect(read(fields)).toMatchObject(expected)
  })

  it("says what it cannot read, and guesses nothing", () => {
    const fields = 'Schema: schemaName,\n Dependencies: append(base, "x"),\n Tags: []string{tag},'
    const found = read(fields)
    expect(found).toEqual({
      structured: [],
      problems: [
        { line: 16, reason: "Schema is not written as a text" },
        { line: 17, reason: "Dependencies is not written as a list of texts" },
        { line: 18, reason: "Tags is not written as a list of texts" }
      ]
    })
    expect(GoFile.read(`${generated('Schema: "a",')}\n${generated('Schema: "b",')}`).problems).toMatchObject([
      { line: 41, reason: "a second migration is declared; only you can tell which one counts" }
    ])
    expect(read('Schema: "core').problems).toEqual([
      { line: 16, reason: 'a string that begins with " is never closed' }
    ])
    expect(read("/* Schema").problems).toEqual([{ line: 16, reason: "a comment /* is never closed" }])
  })

  it("finds nothing in a file without a migration", () => {
    const file = "package core\n\nfunc helper() { x := map[string]int{`a`: 1} }"
    const nothing = { schema: "", dependencies: [], structured: [], tags: [], problems: [] }
    expect(GoFile.read(file)).toEqual(nothing)
    expect(GoFile.read("")).toEqual(nothing)
    expect(read("")).toEqual(nothing)
  })
})
