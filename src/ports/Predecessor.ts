import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { RequestInvalid, StateUnavailable } from "../domain/Errors.ts"
import type { OldState } from "../domain/predecessor/OldState.ts"

/** The state database of the Go BfM. It is only ever read. */
export class Predecessor extends Context.Tag("bfm/Predecessor")<
  Predecessor,
  {
    /** All of it, as it was at one moment; `RequestInvalid` where there are no such tables. */
    readonly read: Effect.Effect<OldState, StateUnavailable | RequestInvalid>
  }
>() {}
