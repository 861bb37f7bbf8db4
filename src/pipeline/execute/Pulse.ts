import { hostname } from "node:os"
import * as Effect from "effect/Effect"
import { StateStore } from "../../ports/StateStore.ts"

/** Milliseconds between two signs of life of a run. */
const rhythm = 1_000

/** Milliseconds of silence after which the owner of a run is taken to be gone. */
export const silence = 10_000

/** What is said of a run whose owner is gone. */
export const gone = "the process that carried it out has gone; what it had not recorded is in the ledgers"

/** The name of this process among all that carry runs out. */
export const owner: string = `${hostname()}:${process.pid}`

/** What becomes of a run that is not to go on. */
export interface Told {
  /** Somebody wants it to end: after the step in flight. */
  readonly stop: Effect.Effect<unknown>
  /** Somebody wants it to end, and the statement in flight to be cancelled. */
  readonly abort: Effect.Effect<unknown>
  /** Somebody else carries it out: at once. */
  readonly lost: Effect.Effect<unknown>
}

/**
 * Says again and again that the run goes on, and hears whether it is to. A state that cannot be reached changes
 * nothing: it is said again as soon as it can.
 */
export const beat = (runId: string, fence: number, told: Told) =>
  Effect.gen(function* () {
    const state = yield* StateStore
    for (;;) {
      yield* Effect.sleep(rhythm)
      const heard = yield* Effect.orElseSucceed(state.beat(runId, fence), () => undefined)
      if (heard === undefined) continue
      if (heard.fence > fence) yield* told.lost
      else if (heard.cancelled !== undefined) yield* heard.cancelled.now ? told.abort : told.stop
    }
  })
