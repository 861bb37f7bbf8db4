import * as Effect from "effect/Effect"
import { StateStore } from "../../ports/StateStore.ts"
import * as Pulse from "../execute/Pulse.ts"

/**
 * Says of runs whose process has gone that they were interrupted: those that gave no sign of life for too long. One
 * that lives after all says so itself.
 */
export const mark = Effect.fn("Abandoned.mark")(function* () {
  const state = yield* StateStore
  yield* state.abandon(Pulse.silence, Pulse.gone)
})
