import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { TooManyAttempts, Unauthenticated } from "../domain/Errors.ts"
import type { Principal } from "../domain/Principal.ts"

/** Who is behind a bearer token. */
export class Identity extends Context.Tag("bfm/Identity")<
  Identity,
  {
    /**
     * Compares in constant time; failures are counted by address, and slowed down when there are many.
     * `token` is what followed `Bearer `; absent when there was none.
     */
    readonly authenticate: (
      token: Redacted.Redacted<string> | undefined,
      address: string
    ) => Effect.Effect<Principal, Unauthenticated | TooManyAttempts>
    /** Completes soon after its token was taken away, or does not allow the same any more. */
    readonly revoked: (principal: Principal) => Effect.Effect<void>
  }
>() {}
