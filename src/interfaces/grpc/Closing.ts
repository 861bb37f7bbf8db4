import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Completes when the server ends: streams that would go on for ever end then. */
export class Closing extends Context.Reference<Closing>()("bfm/grpc/Closing", {
  defaultValue: () => ({ begun: Effect.never as Effect.Effect<void> })
}) {}
