import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { Run } from "../../src/domain/Run.ts"
import type { StateVitals } from "../../src/domain/Vitals.ts"
import type { Worker } from "../../src/domain/Worker.ts"
import * as Diagnose from "../../src/pipeline/doctor/Diagnose.ts"
import type { Facts, Memory } from "../../src/pipeline/doctor/Facts.ts"

const now = 1_800_000_000_000

const vitals: StateVitals = {
  product: "PostgreSQL",
  version: "17.2",
  clock: { difference: 0, uncertainty: 1 },
  missing: [],
  unasked: [],
  tables: "current"
}

const facts = (memory: Partial<Memory>, state: Partial<StateVitals> = {}): Facts => ({
  now,
  remarks: { notices: [], warnings: [] },
  source: "sfm",
  problems: [],
  unconfigured: [],
  answers: [],
  stateAddress: "db1:5432/state",
  state: Either.right({ ...vitals, ...state }),
  memory: Either.right({ executions: [], held: [], runs: [], workers: [], ...memory }),
  items: [],
  differences: []
})

const run = (of: Partial<Run>): Run => ({
  id: "01R",
  actor: { name: "ci", method: "cli" },
  direction: "up",
  plan_hash: "00000000",
  state: "running",
  started_at: now - 60_000,
  total: 3,
  pending: 2,
  running: 0,
  succeeded: 1,
  failed: 0,
  skipped: 0,
  not_run: 0,
  ...of
})

const worker = (of: Partial<Worker>): Worker => ({
  id: "w:1",
  host: "w",
  pid: 1,
  version: "1",
  since: now,
  heartbeat_at: now,
  alive: true,
  draining: false,
  capacity: 1,
  runs: [],
  ...of
})

/** `severity area subject → first words of the remedy`. */
const told = (of: Facts): ReadonlyArray<string> =>
  Diagnose.report(of).findings.map(
    ({ severity, area, subject, remedy }) =>
      `${severity} ${area} ${subject} → ${/^bfm [a-z ]+?(?= 01R|,|$)/.exec(remedy)?.[0] ?? "-"}`
  )

describe("doctor", () => {
  it("finds runs that do not go on by themselves, and no others", () => {
    const silent = run({ owner: "a:1", heartbeat_at: now - 30_000 })
    assert.deepStrictEqual(told(facts({ runs: [silent] })), ["wrong stuck run 01R → bfm runs show"])
    assert.deepStrictEqual(told(facts({ runs: [run({ heartbeat_at: now - 2_000 })] })), [])
    const queued = run({ state: "queued" })
    assert.deepStrictEqual(told(facts({ runs: [queued] })), ["wrong stuck run 01R → bfm worker"])
    for (const gone of [worker({ alive: false }), worker({ draining: true })])
      assert.strictEqual(told(facts({ runs: [queued], workers: [gone] })).length, 1)
    assert.deepStrictEqual(told(facts({ runs: [queued], workers: [worker({})] })), [])
    // Another worker takes it over.
    const workers = [worker({ id: "a:1", alive: false }), worker({})]
    assert.deepStrictEqual(told(facts({ runs: [silent], workers })), [])
    assert.deepStrictEqual(told(facts({ runs: [run({ state: "paused" })] })), [
      "notice stuck run 01R → bfm runs resume"
    ])
    assert.deepStrictEqual(told(facts({ runs: [run({ state: "paused", continued_by: "01S" })] })), [])
    const interrupted = run({ state: "interrupted", finished_at: now })
    assert.deepStrictEqual(told(facts({ runs: [interrupted] })), ["notice stuck run 01R → bfm runs resume"])
    assert.deepStrictEqual(told(facts({ runs: [{ ...interrupted, continued_by: "01S" }] })), [])
  })

  it("says who holds a lock, and whether a run stands behind it", () => {
    const held = [{ connection: "core", schema: "", runId: "01R", actor: "ann", since: now - 5_000 }]
    const working = run({ heartbeat_at: now })
    assert.deepStrictEqual(told(facts({ held, runs: [working] })), ["notice stuck core → bfm runs watch"])
    assert.deepStrictEqual(told(facts({ held })), ["notice stuck core → -"])
  })

  it("takes a clock for wrong only when the way to the server cannot be the reason", () => {
    const of = (difference: number, uncertainty: number) =>
      told(facts({}, { clock: { difference, uncertainty } }))
    assert.deepStrictEqual(of(-7_000, 100), ["wrong clock state → -"])
    assert.deepStrictEqual(of(7_000, 3_000), [])
    assert.deepStrictEqual(of(4_000, 0), [])
  })

  it("does not look into tables of another version", () => {
    assert.deepStrictEqual(told({ ...facts({}, { tables: "other" }), memory: undefined }), [
      "notice ledger state → bfm status upgrades them where they are older"
    ])
  })

  it("is healthy only when nothing is wrong", () => {
    assert.isTrue(Diagnose.report(facts({ runs: [run({ state: "paused" })] })).healthy)
    assert.isFalse(Diagnose.report(facts({}, { concern: "too old" })).healthy)
  })
})
