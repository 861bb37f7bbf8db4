import { assert, describe, it } from "@effect/vitest"
import type { Run } from "../../src/domain/Run.ts"
import * as Following from "../../src/pipeline/runs/Following.ts"

const run = (of: Partial<Run>): Run => ({
  id: "01R",
  actor: { name: "ci", method: "cli" },
  direction: "up",
  plan_hash: "",
  state: "queued",
  started_at: 1_000,
  total: 0,
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  skipped: 0,
  not_run: 0,
  ...of
})

/** What is said of a run that stood so, one after the other. */
const told = (...stood: ReadonlyArray<Partial<Run>>): ReadonlyArray<string> => {
  let before: Run | undefined
  return stood.flatMap(of => {
    const [next, events] = Following.asEvents(before, { _tag: "Standing", run: run(of) })
    before = next
    return events.map(event => (event._tag === "Warned" ? event.message : event._tag))
  })
}

describe("a run of another process", () => {
  it("is said to be queued once, for as long as it is", () => {
    const notice = "nobody listens"
    assert.deepStrictEqual(told({ notice }, { notice, owner: "a:1" }, { owner: "a:1" }), [
      "run 01R is queued",
      notice
    ])
    assert.deepStrictEqual(told({}, { state: "running" }, {}), ["run 01R is queued", "run 01R is queued"])
    assert.deepStrictEqual(told({ cancelled_by: "ann" }, { state: "cancelled", finished_at: 2_000 }), [
      "run 01R is queued",
      "ann has asked to end it",
      "RunFinished"
    ])
  })

  it("is silent when it goes on and no sign of life came for a while", () => {
    const alive = { state: "running", heartbeat_at: 100_000 } as const
    assert.isFalse(Following.isSilent(run(alive), 101_000))
    assert.isTrue(Following.isSilent(run(alive), 200_000))
    assert.isFalse(Following.isSilent(run({ ...alive, state: "succeeded", finished_at: 100_000 }), 200_000))
    // Nobody has taken it yet.
    assert.isFalse(Following.isSilent(run({}), 200_000))
  })
})
