import * as Either from "effect/Either"
import { assert, describe, it } from "vitest"
import * as Answer from "../../../src/adapters/greptimedb/Answer.ts"

const records = (rows: string) =>
  `{"output":[{"affectedrows":1},{"records":{"schema":{"column_schemas":[{"name":"n","data_type":"Int64"},{"name":"f","data_type":"Float64"}]},"rows":${rows},"total_rows":1,"metrics":{}}}],"execution_time_ms":1}`

/** What becomes of an answer: `again` where the same may be sent again. */
const fault = (status: number, body: string): string =>
  Either.match(Answer.read({ status, body }), {
    onLeft: found =>
      `${found._tag}${found._tag === "Lost" && found.again ? " again" : ""} ${found.code}: ${found.reason}`,
    onRight: () => "read"
  })

const refusal = (code: number) => JSON.stringify({ code, error: "any words", execution_time_ms: 1 })

describe("Answer.read", () => {
  it("keeps 64 bits, floats, nothing and text as they are", () => {
    const read = Either.getOrThrow(
      Answer.read({
        status: 200,
        body: records('[[9223372036854775807,1.5],[-9007199254740993,2.0],[42,null],["x",1e300]]')
      })
    )
    assert.deepStrictEqual(read, [
      [],
      [
        { n: 9223372036854775807n, f: 1.5 },
        { n: -9007199254740993n, f: 2 },
        { n: 42, f: null },
        { n: "x", f: 1e300 }
      ]
    ])
  })

  it.each([
    [400, 1001, "Refused 1001"],
    [400, 4000, "Refused 4000"],
    [401, 7002, "Refused 7002"],
    [401, 4007, "Refused 4007"],
    [403, 7006, "Refused 7006"],
    [429, 6001, "Lost again 6001"],
    [500, 1003, "Lost 1003"],
    [500, 3001, "Lost 3001"],
    [500, 6000, "Lost again 6000"],
    [503, 4009, "Lost again 4009"],
    [504, 1008, "Lost again 1008"],
    // Versions before 0.14 answered so.
    [200, 1005, "Lost again 1005"],
    [400, 9999, "Refused 9999"],
    [500, 9999, "Lost 9999"]
  ])("decides by the code: %i %i", (status, code, expected) => {
    assert.strictEqual(fault(status, refusal(code)), `${expected}: any words`)
  })

  it.each([
    [408, "", "Lost HTTP 408: the server answered with HTTP status 408"],
    [
      413,
      "length limit exceeded",
      "Refused HTTP 413: the server answered with HTTP status 413: length limit exceeded"
    ],
    [
      429,
      "Request body memory limit exceeded: 1",
      "Lost again HTTP 429: the server answered with HTTP status 429: Request body memory limit exceeded: 1"
    ],
    [
      502,
      "<html>\n<h1>502 Bad Gateway</h1>",
      "Lost HTTP 502: the server answered with HTTP status 502: 502 Bad Gateway"
    ],
    [503, "<b>down</b>", "Lost again HTTP 503: the server answered with HTTP status 503: down"],
    [200, records("[[1,").slice(0, 90), /^Lost HTTP 200: /],
    [200, "<html>log in</html>", "Lost HTTP 200: the server answered with HTTP status 200: log in"]
  ])("survives what is no answer of GreptimeDB: %i %s", (status, body, expected) => {
    if (typeof expected === "string") assert.strictEqual(fault(status, body), expected)
    else assert.match(fault(status, body), expected)
  })
})
