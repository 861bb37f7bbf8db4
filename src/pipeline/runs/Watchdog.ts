import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { Engine, Workplace } from "../../ports/Engine.ts"
import { type Due, Fleet } from "../../ports/Fleet.ts"
import * as Metrics from "../execute/Metrics.ts"
import * as Workers from "./Workers.ts"
import { Room } from "./Workplace.ts"

/** Milliseconds between two looks. */
const rhythm = 700

/** Milliseconds after which a run that was handed out counts as not begun. */
const handedOut = 4_000

/** So often the engine may fail to bring a run to anybody; then whoever sees it takes it. */
const engineAttempts = 3

/** Milliseconds that the engine has to take a job. */
const patience = 5_000

/**
 * Hands out what is queued, and once more what was lost: by a worker that fell silent, or by the engine. Every worker
 * does this; only one of them hands out the same run.
 */
export const watch = Effect.gen(function* () {
  for (;;) {
    yield* Effect.catchAllCause(look, cause =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(cause)
        : Effect.logDebug("cannot look for runs", cause)
    )
    yield* Effect.sleep(rhythm)
  }
})

const look = Effect.gen(function* () {
  const fleet = yield* Fleet
  const due = yield* fleet.due({ silence: Workers.silence, handedOut })
  for (const run of due) yield* handOut(run)
})

const handOut = Effect.fnUntraced(function* (due: Due) {
  const fleet = yield* Fleet
  const room = yield* Room
  // It waits for a worker that has room; one that has none need not offer it.
  if (due.attempt > 0 && due.owner === undefined && (yield* room.free) <= 0) return
  const stalled = reason(due)
  if (!(yield* fleet.handOut(due, stalled))) return
  if (stalled !== undefined) {
    yield* Effect.logWarning(`run ${due.id}: ${stalled}`)
    yield* Metrics.stalled(due.owner === undefined ? "not_begun" : "worker_silent")
  }
  const job = { runId: due.id, attempt: due.attempt + 1 }
  if (due.owner === undefined && due.attempt >= engineAttempts) {
    const { carryOut } = yield* Workplace
    yield* Effect.forkDaemon(carryOut(job))
    return
  }
  const { submit } = yield* Engine
  yield* submit(job).pipe(
    Effect.timeout(patience),
    Effect.catchAllCause(cause =>
      Cause.isInterruptedOnly(cause)
        ? Effect.failCause(cause)
        : Effect.logWarning(`run ${due.id} could not be handed out; it is tried again`)
    )
  )
})

/** Why a run was to be handed out once more; nothing at the first time. */
const reason = ({ attempt, owner }: Due): string | undefined => {
  if (owner !== undefined) return `worker ${owner} has fallen silent; another one goes on with the run`
  return attempt === 0 ? undefined : "it was handed out and nobody has begun it; it is handed out once more"
}
