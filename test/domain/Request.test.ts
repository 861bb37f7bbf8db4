import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Request from "../../src/domain/Request.ts"
import * as SchemaSelector from "../../src/domain/SchemaSelector.ts"

const options = Schema.decodeUnknownEither(Request.RunOptions)
const up = Schema.decodeUnknownEither(Request.UpRequest)

describe("a request", () => {
  it("means everything that is pending, one lane after the other, and stops at a failure", () => {
    expect(Either.getOrThrow(up({}))).toEqual({
      target: { tables: [], connections: [], tags: [] },
      schemas: [],
      variables: {},
      ignore_dependencies: false,
      out_of_order: "allow",
      strict_schema: false
    })
    expect(Either.getOrThrow(options({}))).toEqual({ concurrency: 1, on_failure: "stop" })
    expect(Either.getOrThrow(Schema.decodeUnknownEither(Request.DownRequest)({ id: "x" }))).toEqual({
      id: "x",
      schemas: [],
      variables: {},
      cascade: false,
      generated: false,
      ignore_dependencies: false
    })
  })

  it.each([
    { concurrency: 1 },
    { concurrency: 256 },
    { canary: 1 },
    { waves: "*" },
    { waves: "10,100,*" },
    { waves: "10,100" },
    { max_failures: "0" },
    { max_failures: "100%" },
    { max_failures: "0.25%" }
  ])("accepts %j", given => {
    expect(Either.isRight(options(given))).toBe(true)
  })

  it.each([
    { concurrency: 0 },
    { concurrency: 257 },
    { concurrency: 1.5 },
    { on_failure: "ask" },
    { canary: 0 },
    { waves: "" },
    { waves: "0" },
    { waves: "*,10" },
    { waves: "10," },
    { waves: "-1" },
    { max_failures: "-1" },
    { max_failures: "101%" },
    { max_failures: "1.%" },
    { max_failures: "1.5" },
    { max_failures: "many" }
  ])("refuses %j", given => {
    expect(Either.isLeft(options(given))).toBe(true)
  })

  it("takes variables that a script can name and a store can hold", () => {
    const variables = (given: Readonly<Record<string, string>>) => up({ variables: given })
    expect(Either.isRight(variables({ a: "", _B2: "ä😀\n", "c-d": "'" }))).toBe(true)
    for (const name of ["", "1a", "-a", "a b", "a.b", "ä", "\0", "\ud800"])
      expect(String(variables({ [name]: "x" }))).toContain("a variable is named with letters")
    for (const value of ["a\0b", "\ud800", "x\udc00"])
      expect(String(variables({ a: value }))).toContain("the value of a has a character that cannot be kept")
  })
})

describe("schemas of a request", () => {
  it.each([
    ["t1", "Name", "t1"],
    ["all", "All", "all"],
    ["=all", "Name", "=all"],
    ["=a*b", "Name", "=a*b"],
    ["==x", "Name", "==x"],
    ["=t1", "Name", "t1"],
    ["x=", "Name", "x="],
    ["t_*", "Pattern", "t_*"]
  ])("are names, patterns, or every tenant: %s is a %s", (text, tag, rendered) => {
    const selector = SchemaSelector.parse(text)
    expect(selector._tag).toBe(tag)
    expect(SchemaSelector.render(selector)).toBe(rendered)
  })

  it.each(["all", "a*b", "=x", "t1", ""])("name %j itself when it is quoted", name => {
    expect(SchemaSelector.parse(SchemaSelector.literal(name))).toEqual({ _tag: "Name", name })
  })

  it.each([
    ["t_*", ["t_", "t_1", "t_\n1"], ["xt_1", "t-1", "T_1"]],
    ["*_eu", ["_eu", "a_eu"], ["a_eu1"]],
    ["a*b*c", ["abc", "a1b2c"], ["acb", "abcd"]],
    ["t.$+*", ["t.$+", "t.$+1"], ["tx$+"]],
    ["a-/b c-*", ["a-/b c-1"], ["a/b c-1"]]
  ])("are met by a pattern: %s", (pattern, met, missed) => {
    const selector = SchemaSelector.parse(pattern)
    const matches = selector._tag === "Pattern" ? selector.matches : () => false
    expect(met.filter(matches)).toEqual(met)
    expect(missed.filter(matches)).toEqual([])
  })
})
