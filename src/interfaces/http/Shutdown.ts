import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Completes when the server ends: what would go on for ever ends then. */
export class Shutdown extends Context.Reference<Shutdown>()("bfm/http/Shutdown", {
  defaultValue: () => ({ begun: Effect.never as Effect.Effect<void> })
}) {}
