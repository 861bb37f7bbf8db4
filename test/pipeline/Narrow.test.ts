import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "../../src/domain/Plan.ts"
import * as Narrow from "../../src/pipeline/execute/Narrow.ts"
import * as Sample from "../interfaces/cli/Sample.ts"

const connections = new Map([
  ["core", { sessions: 2 }],
  ["flags", {}]
])
const plan = (...places: ReadonlyArray<readonly [connection: string, schema: string]>): Plan =>
  Sample.plan(places.map(([connection, schema]) => Sample.step({ connection, schema })))
const tenants = plan(
  ["core", "a"],
  ["core", "a"],
  ["core", "b"],
  ["core", "c"],
  ["flags", "a"],
  ["flags", "b"]
)

describe("a run that wants more schemas at once than a connection has sessions", () => {
  it("says so, with both numbers and what sets the smaller one", () => {
    assert.deepStrictEqual(Narrow.warnings(tenants, connections, 8), [
      "a concurrency of 8 is more than connection core has sessions: 2 at once (BFM_DB_MAX_OPEN_CONNS)"
    ])
  })

  it("says nothing where the sessions suffice, or there are no more schemas", () => {
    assert.deepStrictEqual(Narrow.warnings(tenants, connections, 2), [])
    assert.deepStrictEqual(Narrow.warnings(plan(["core", "a"], ["core", "b"]), connections, 8), [])
    assert.deepStrictEqual(Narrow.warnings(plan(["gone", "a"], ["gone", "b"]), connections, 8), [])
  })
})
