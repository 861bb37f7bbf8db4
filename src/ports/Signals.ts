import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** How a run in flight is told to end; whoever owns the process (a terminal, a service) completes these. */
export class Signals extends Context.Reference<Signals>()("bfm/Signals", {
  defaultValue: () => ({
    /** Completes when the run should end after the step in flight, which is finished and recorded. */
    stop: Effect.never as Effect.Effect<void>,
    /** Completes when the step in flight should be cancelled in the store; what became of it is recorded. */
    abort: Effect.never as Effect.Effect<void>
  })
}) {}
