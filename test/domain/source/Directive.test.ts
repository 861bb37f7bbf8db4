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
    expect(Directive.read("greptimedb", "-- bfm-schema: a b").problems[0]?.reason).toContain("only letters")
  })

  it("reads the first 80 lines, also of CRLF files", () => {
    const lines = Array.from({ length: 79 }, () => "--")
    expect(read(...lines, "-- bfm-table: a\r").metadata.table).toBe("a")
    expect(read(...lines, "--", "-- bfm-table: a").metadata.table).toBeUndefined()
    expect(Directive.read("postgresql", `--\r\n--\r\n-- bfm-x: 1\r\n`).problems[0]?.line).toBe(3)
  })
})
