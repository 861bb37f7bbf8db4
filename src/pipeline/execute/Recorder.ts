import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { StateUnavailable } from "../../domain/Errors.ts"
import { type StateChange, StateStore } from "../../ports/StateStore.ts"

/** Writes what happens into the state, beside the run and never in its way. */
export interface Recorder {
  readonly offer: (changes: ReadonlyArray<StateChange>) => Effect.Effect<void>
  /** Writes what is left; tells why, when the state cannot be reached. */
  readonly flush: Effect.Effect<StateUnavailable | undefined>
}

/** Changes in one batch; what is more goes into the next one. */
const largest = 1_000

/**
 * What happens within so short a time is written together. Then the state has a rest: where tables are being made, each
 * batch costs a server more than its rows, which has to read its catalog anew for it.
 */
const gathering = "20 millis"
const rest = "230 millis"

const again = Schedule.exponential("100 millis").pipe(Schedule.intersect(Schedule.recurs(4)))

/**
 * A state that goes away in mid-run does not stop it: changes are kept, tried again at the end, and what is
 * lost then is found again in the ledgers by the next run.
 */
export const make = Effect.gen(function* () {
  const state = yield* StateStore
  const queue = yield* Queue.unbounded<StateChange>()
  /** That there is something to write. */
  const bell = yield* Queue.sliding<void>(1)
  const ring = Queue.offer(bell, undefined)
  const turn = yield* Effect.makeSemaphore(1)
  let unwritten: ReadonlyArray<StateChange> = []
  /** Writes one batch; whether there is more. */
  const batch = Effect.gen(function* () {
    unwritten = [...unwritten, ...(yield* Queue.takeUpTo(queue, largest - unwritten.length))]
    if (unwritten.length > 0) yield* state.record(latestRun(unwritten))
    unwritten = []
    return !(yield* Queue.isEmpty(queue))
  })
  const writeBeside = turn
    .withPermits(1)(Effect.orElseSucceed(batch, () => true))
    .pipe(
      Effect.flatMap(more => Effect.when(ring, () => more)),
      Effect.uninterruptible
    )
  yield* Effect.forkScoped(
    Effect.forever(
      Queue.take(bell).pipe(
        Effect.zipRight(Effect.sleep(gathering)),
        Effect.zipRight(writeBeside),
        Effect.zipRight(Effect.sleep(rest))
      )
    )
  )
  const recorder: Recorder = {
    offer: changes => Effect.asVoid(Effect.zipRight(Queue.offerAll(queue, changes), ring)),
    flush: turn
      .withPermits(1)(Effect.repeat(batch, { while: more => more }))
      .pipe(Effect.retry(again), Effect.match({ onFailure: error => error, onSuccess: () => undefined }))
  }
  return recorder
})

/** Of several notes about the same run only the last one counts. */
const latestRun = (changes: ReadonlyArray<StateChange>): ReadonlyArray<StateChange> => {
  const last = changes.findLastIndex(change => change._tag === "Run")
  return changes.filter((change, index) => change._tag !== "Run" || index === last)
}
