import { describe, expect, it } from "vitest"
import * as Directive from "../../../src/domain/source/Directive.ts"

const read = (...lines: ReadonlyArray<string>) => Directive.read("postgresql", lines.join("\n"))
const problems = (...lines: ReadonlyArray<string>) =>
  read(...lines).problems.map(({ line, reason }) => `${line}: ${reason}`)

describe("Directive.read", () => {
  it("reads every directive, in any letter case and with any blanks", () => {
    expect(
      read(
        "-- Users of the product.",
        "-- bfm-schema: core",
        "--BFM-Table:users",
        "  --   bfm-TAGS :  Env=Prod,  feature = billing \r",
        "-- bfm-depends-on: bootstrap, logs/20250101120000 , core/create users",
        "-- bfm-requires: table core.organizations, SCHEMA core",
        "-- bfm-transaction: NONE",
        "-- bfm-lock-timeout: 500ms",
        "-- bfm-statement-timeout: 1.5h",
        "SELECT 1;"
      )
    ).toEqual({
      metadata: {
        schema: { _tag: "Fixed", name: "core" },
        table: "users",
        tags: { env: "Prod", feature: "billing" },
        dependsOn: [
          { target: "bootstrap", line: 5 },
          { connection: "logs", target: "20250101120000", line: 5 },
          { connection: "core", target: "create users", line: 5 }
        ],
        requires: [
          { kind: "table", name: "core.organizations" },
          { kind: "schema", name: "core" }
        ],
        transaction: "none",
        lockTimeout: 500,
        statementTimeout: 5_400_000
      },
      problems: []
    })
  })

  it("knows the default of each, and the dynamic schema", () => {
    expect(read("SELECT 1; -- bfm-schema: core").metadata).toEqual({
      schema: { _tag: "Unspecified" },
      tags: {},
      dependsOn: [],
      requires: [],
      transaction: "own"
    })
    expect(read("-- bfm-schema: Dynamic").metadata.schema).toEqual({ _tag: "Dynamic" })
  })

  it.each([
    ["5s", 5000],
    ["10m", 600_000],
    ["500ms", 500],
    ["1h", 3_600_000],
    ["2 min", 120_000],
    ["0", 0]
  ])("understands the time %s", (text, expected) => {
    expect(read(`-- bfm-statement-timeout: ${text}`).metadata.statementTimeout).toBe(expected)
  })

  it("reports everything that is wrong, with its line and a suggestion", () => {
    expect(
      problems(
        "-- bfm-tagz: a=b",
        "-- bfm-depends_on: x",
        "-- bfm-tags: env, =x, a=1, A=2",
        "-- bfm-schema: core",
        "-- bfm-schema: other",
        "-- bfm-lock-timeout: soon",
        "-- bfm-statement-timeout: 999h",
        "-- bfm-transaction: off",
        "-- bfm-requires: column users.id",
        "-- bfm-depends-on: a,,Core/x, core/",
        "-- bfm-table:",
        "-- bfm-nonsense: 1"
      )
    ).toEqual([
      "1: unknown directive bfm-tagz; did you mean bfm-tags?",
      "2: unknown directive bfm-depends_on; did you mean bfm-depends-on?",
      '3: bfm-tags: invalid bfm-tags entry "env" (expected key=value); invalid bfm-tags entry "=x" (expected key=value)',
      "5: bfm-schema is given twice",
      '6: bfm-lock-timeout: "soon" is not a time such as 500ms, 5s, 10m or 1h',
      '7: bfm-statement-timeout: "999h" is not a time such as 500ms, 5s, 10m or 1h',
      '8: bfm-transaction: "off" is not known; write none, or leave the line out',
      '9: bfm-requires: "column users.id" is not "table NAME" or "schema NAME"',
      expect.stringMatching(
        /^10: bfm-depends-on: has an empty entry.*"Core\/x": connection "Core".*"core\/" is not/
      ),
      "11: bfm-table: needs a value",
      expect.stringMatching(/^12: unknown directive bfm-nonsense; known: bfm-schema, /)
    ])
    expect(problems("-- bfm-tags: a=1, A=2")).toEqual(["1: bfm-tags: tag a is given twice"])
  })

  it.each(["5sx", "x5s", "1.2.5s", "2147483648ms"])("does not understand the time %s", text => {
    expect(problems(`-- bfm-lock-timeout: ${text}`)).toEqual([
      `1: bfm-lock-timeout: "${text}" is not a time such as 500ms, 5s, 10m or 1h`
    ])
  })

  it("takes the longest time that a server can hold, and fractions", () => {
    expect(read("-- bfm-lock-timeout: 2147483647ms").metadata.lockTimeout).toBe(2_147_483_647)
    expect(read("-- bfm-lock-timeout: 1.25s").metadata.lockTimeout).toBe(1_250)
  })

  it("says that a list has nothing in it, and what a single word means", () => {
    expect(problems("-- bfm-tags: ,  ,")).toEqual(["1: bfm-tags: needs a value"])
    expect(problems("-- bfm-depends-on: a,  ,b")[0]).toContain("has an empty entry")
    expect(read("-- bfm-transaction: own").metadata.transaction).toBe("own")
    expect(read("-- bfm-depends-on:  core/ 1 ,a ").metadata.dependsOn).toEqual([
      { connection: "core", target: "1", line: 1 },
      { target: "a", line: 1 }
    ])
  })

  it("waits for all tenants where no share is said", () => {
    expect(read("-- bfm-depends-on: tenants:core/a, tenants:b>=99.5%").metadata.dependsOn).toEqual([
      { connection: "core", target: "a", line: 1, tenants: 100 },
      { target: "b", line: 1, tenants: 99.5 }
    ])
    expect(problems("-- bfm-depends-on: tenants:b>=101%, tenants:>=5%")[0]).toMatch(
      /no more than 100% of the tenants; "tenants:>=5%" is not tenants:/
    )
  })

  it("takes a schema's name up to the 63 bytes that PostgreSQL keeps, quotes inside included", () => {
    expect(problems(`-- bfm-schema: ${"a".repeat(63)}`)).toEqual([])
    expect(problems(`-- bfm-schema: ${"ä".repeat(31)}a`)).toEqual([])
    expect(problems(`-- bfm-schema: ${"a".repeat(64)}`)).toHaveLength(1)
    expect(problems(`-- bfm-schema: ${"ä".repeat(32)}`)).toHaveLength(1)
    expect(read('-- bfm-schema: a"b').metadata.schema).toEqual({ _tag: "Fixed", name: 'a"b' })
  })

  it("does not let a forgotten colon pass, and leaves prose alone", () => {
    expect(problems("-- bfm-transaction none", "-- bfm-schema = core", "-- bfm-build wrote this")).toEqual([
      "1: write a colon: -- bfm-transaction: none",
      "2: write a colon: -- bfm-schema: core"
    ])
  })

  it("refuses names that cannot be a schema, and what only looks like one", () => {
    expect(problems("-- bfm-schema: pg_x")[0]).toContain("PostgreSQL itself")
    expect(problems('-- bfm-schema: "core"')[0]).toContain("without quotes")
    expect(problems("-- bfm-schema: {{.Vars.x}}")[0]).toContain("use dynamic")
    expect(problems("-- bfm-tags: a={{.Vars.x}}")[0]).toContain("templates are not filled in here")
    expect(Directive.read("greptimedb", "-- bfm-schema: a b").problems[0]?.reason).toContain("only letters")
  })

  it("reads the first 80 lines, also of CRLF files", () => {
    const lines = Array.from({ length: 79 }, () => "--")
    expect(read(...lines, "-- bfm-table: a\r").metadata.table).toBe("a")
    expect(read(...lines, "--", "-- bfm-table: a").metadata.table).toBeUndefined()
    expect(Directive.read("postgresql", `--\r\n--\r\n-- bfm-x: 1\r\n`).problems[0]?.line).toBe(3)
  })
})
