import { describe, expect, it } from "vitest"
import * as Header from "../../../src/domain/source/Header.ts"

const read = (text: string) => Header.read("etcd", text)
const problems = (text: string) => read(text).problems.map(({ line, reason }) => `${line ?? "?"}: ${reason}`)

describe("Header.read", () => {
  it("means what the directives mean", () => {
    expect(
      read(`{
  "bfm": {
    "schema": "tenants",
    "table": "flags",
    "tags": { "Env": "prod" },
    "dependsOn": ["core/create_users"],
    "requires": ["key limits/core"]
  },
  "operations": [{ "operation": "put", "key": "a", "value": "{{.Vars.x}}" }]
}`)
    ).toEqual({
      metadata: {
        schema: { _tag: "Fixed", name: "tenants" },
        table: "flags",
        tags: { env: "prod" },
        dependsOn: [{ connection: "core", target: "create_users", line: 6 }],
        requires: [{ kind: "key", name: "limits/core" }],
        transaction: "own"
      },
      problems: []
    })
  })

  it("takes a plain list, also with placeholders outside of quotes", () => {
    expect(problems(`[{"key": "a", "value": {{.Vars.object}}}]`)).toEqual([])
    expect(read("[]").metadata.schema).toEqual({ _tag: "Unspecified" })
  })

  it("accepts texts with commas for lists", () => {
    const { metadata } = read(`{"bfm": {"tags": "a=1, b=2", "dependsOn": "x, y"}, "operations": []}`)
    expect(metadata.tags).toEqual({ a: "1", b: "2" })
    expect(metadata.dependsOn.map(({ target }) => target)).toEqual(["x", "y"])
  })

  it.each([
    ["", "1: not valid JSON: unexpected end"],
    ["[\n1,\n\n", "2: not valid JSON: unexpected end"],
    ["nope", "1: not valid JSON: unexpected token 'o'"],
    [`["${"a".repeat(40)}",\nx\n\n\nx]`, "2: not valid JSON: unexpected token 'x'"],
    ["[\n1,\nx]", "3: not valid JSON: unexpected token 'x'"],
    ['[\n{"a": tru}]', "2: not valid JSON: unexpected token '}'"],
    ['["a\nb"]', "1: not valid JSON: bad control character in string literal"],
    ['{"operations": [], "x": 1}', '?: unknown field x; expected {"bfm": {…}, "operations": […]}'],
    ["null", '?: must be a list of operations, or {"bfm": {…}, "operations": […]}'],
    [
      '{"bfm": {"nothing": 1}, "operations": []}',
      "1: unknown field nothing; known: schema, table, tags, dependsOn, requires"
    ]
  ])("says in one line what is wrong with %j", (text, expected) => {
    expect(problems(text)).toEqual([expected])
  })

  it.each([
    ['[\n  {"key": "a"},\n  {"key" "b"}\n]', /^3: not valid JSON: /],
    ['[\n\n\n  {"key": "aaaaaaaaaaaaaaaaaaa", "value": nope}\n]', /^4: not valid JSON: /],
    ['[\n  {"key": "a"}\n', /^3: not valid JSON: /],
    ["{{.Vars.x}}=1", /^1: not valid JSON/],
    ["key=value", /^1: not valid JSON: unexpected token/],
    ['{"k": "a=b"}', /^\?: must be a list of operations, or/],
    ['"x"', /^\?: must be a list of operations, or/],
    ['{"bfm": [], "operations": []}', /"bfm" must be an object/],
    ['{"bfn": {}, "operations": []}', /unknown field bfn; did you mean bfm\?/],
    ['{"bfm": {\n"depends": "x"}, "operations": []}', /^2: unknown field depends; .*dependsOn/],
    ['{"bfm": {"schema": 1}, "operations": []}', /^1: schema must be a text/],
    [
      '{"bfm": {"schema": "{{.Vars.x}}"}, "operations": []}',
      /^1: schema: templates are not filled in here; use dynamic/
    ],
    [
      '{"bfm": {"dependsOn": ["\\"{{.Vars.x}}"]}, "operations": [{{.Vars.y}}]}',
      /^1: dependsOn: templates are not/
    ],
    ['{"bfm": {"tags": {"a": 1}}, "operations": []}', /^1: tags must be an object of texts/],
    ["[\n\n\n\n\nnope]", /^6: not valid JSON: /],
    [`[\n"${"a".repeat(60)}",\n\n\nnope]`, /^5: not valid JSON: unexpected token/],
    [`["${"a".repeat(60)}",\nnope\n\n\n, "${"a".repeat(60)}"]`, /^2: not valid JSON: unexpected token/],
    ['{"bfm": {"schema": ["core"]}, "operations": []}', /^1: schema must be a text/],
    ['{"bfm": {"schema": {"a": "b"}}, "operations": []}', /^1: schema must be a text/],
    ['{"bfm": {"schema": null}, "operations": []}', /^1: schema must be a text/],
    ['{"bfm": {"dependsOn": ["a", 1]}, "operations": []}', /^1: dependsOn must be a list of texts/],
    ['{"bfm": {"dependsOn": {"a": "b"}}, "operations": []}', /^1: dependsOn must be a list of texts/],
    ['{"bfm": {"tags": {"a": "1", "b": 2}}, "operations": []}', /^1: tags must be an object of texts/],
    ['{"bfm": {"tags": null}, "operations": []}', /^1: tags must be an object of texts/],
    ['{"bfm": "core", "operations": []}', /"bfm" must be an object/],
    ['{"bfm": {\n\n"tags": ["a"]}, "operations": []}', /^3: tags: invalid bfm-tags entry "a"/]
  ])("refuses %j", (text, expected) => {
    const found = problems(text)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })
})
