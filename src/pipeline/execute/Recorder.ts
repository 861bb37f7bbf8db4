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

/** Changes that pile up while a batch is written go together into the next one. */
const largest = 500

/** What happens within so short a time is written together; then the state has a rest, as each batch costs it the same. */
const gathering = "20 millis"
const rest = "80 millis"

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
  const write = turn.withPermits(1)(
    Effect.gen(function* () {
      for (;;) {
        unwritten = [...unwritten, ...(yield* Queue.takeUpTo(queue, largest - unwritten.length))]
        if (unwritten.length === 0) return
        yield* state.record(latestRun(unwritten))
        unwritten = []
      }
    })
  )
  const writeBeside = Effect.uninterruptible(Effect.catchAll(write, () => ring))
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
    flush: write.pipe(
      Effect.retry(again),
      Effect.match({ onFailure: error => error, onSuccess: () => undefined })
    )
  }
  return recorder
})

/** Of several notes about the same run only the last one counts. */
const latestRun = (changes: ReadonlyArray<StateChange>): ReadonlyArray<StateChange> => {
  const last = changes.findLastIndex(change => change._tag === "Run")
  return changes.filter((change, index) => change._tag !== "Run" || index === last)
}
