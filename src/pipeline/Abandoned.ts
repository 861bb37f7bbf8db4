import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Run } from "../domain/Run.ts"
import { Lock } from "../ports/Lock.ts"
import { Settings } from "../ports/Settings.ts"
import { StateStore } from "../ports/StateStore.ts"
import * as RunBook from "./RunBook.ts"
import { Runs } from "./Runs.ts"

/** Milliseconds beside the time for which a run may wait for its lock. */
const margin = 1_000

/**
 * Says of runs whose process has gone that they were interrupted: those that hold no lock and have not moved for
 * as long as a living one may wait. One that lives after all says so itself with its next step.
 */
export const mark = Effect.fn("Abandoned.mark")(function* () {
  const suspects = yield* silent
  if (suspects.length === 0) return
  const { lockWait } = yield* Settings
  yield* Effect.sleep(lockWait + margin)
  const before = new Set(suspects.map(standing))
  const gone = (yield* silent).filter(run => before.has(standing(run)))
  const now = yield* Clock.currentTimeMillis
  const state = yield* StateStore
  yield* state.record(
    gone.map(run => ({ _tag: "Run", run: { ...run, state: "interrupted", finished_at: now, error } }))
  )
})

const error = "the process that carried it out has gone; what it had not recorded is in the ledgers"

const standing = (run: Run): string => JSON.stringify(run)

/** Under way as far as the state knows, not in this process, and without any lock. */
const silent = Effect.gen(function* () {
  const runs = yield* Runs
  const state = yield* StateStore
  const lock = yield* Lock
  const own = new Set((yield* runs.active).map(({ id }) => id))
  const open = (yield* state.runs(RunBook.depth)).filter(run => !RunBook.ended(run) && !own.has(run.id))
  if (open.length === 0) return []
  const holding = new Set((yield* lock.held).map(({ runId }) => runId))
  return open.filter(({ id }) => !holding.has(id))
})
