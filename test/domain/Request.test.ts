import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Request from "../../src/domain/Request.ts"

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
    for (const name of ["", "1a", "-a", "a b", "a.b", "ä"])
      expect(String(variables({ [name]: "x" }))).toContain("a variable is named with letters")
    for (const value of ["a\0b", "\ud800", "x\udc00"])
      expect(String(variables({ a: value }))).toContain("the value of a has a character that cannot be kept")
  })
})
