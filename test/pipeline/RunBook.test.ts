import { assert, describe, it } from "@effect/vitest"
import type { Run } from "../../src/domain/Run.ts"
import * as RunBook from "../../src/pipeline/runs/RunBook.ts"

const run = (part: Partial<Run>): Run => ({
  id: "01R",
  actor: { name: "ci", method: "api" },
  direction: "up",
  plan_hash: "",
  state: "running",
  started_at: 1_000,
  total: 3,
  pending: 3,
  running: 0,
  succeeded: 0,
  failed: 0,
  skipped: 0,
  not_run: 0,
  ...part
})

describe("a run of this process", () => {
  const ended = run({ state: "cancelled", finished_at: 2_000, succeeded: 2, pending: 1 })

  it("has ended when the state knows that it has, and never half", () => {
    assert.deepStrictEqual(RunBook.asKnown(run({ succeeded: 1 }), ended), ended)
  })

  it("goes on although the state took its silence for its end", () => {
    const given = run({ state: "interrupted", finished_at: 2_000, error: "its process is gone" })
    assert.deepStrictEqual(RunBook.asKnown(run({ succeeded: 1 }), given), run({ succeeded: 1 }))
  })

  it("stands as the process knows, with what only the state knows of it", () => {
    assert.deepStrictEqual(
      RunBook.asKnown(run({ succeeded: 2 }), run({ succeeded: 1, cancelled_by: "ann" })),
      run({ succeeded: 2, cancelled_by: "ann" })
    )
    assert.deepStrictEqual(RunBook.asKnown(ended, { ...ended, continued_by: "01S" }), {
      ...ended,
      continued_by: "01S"
    })
    assert.deepStrictEqual(RunBook.asKnown(ended, undefined), ended)
  })
})
