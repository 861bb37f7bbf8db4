import { userInfo } from "node:os"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type { Actor } from "../../domain/Actor.ts"

/** Who sits here: `BFM_ACTOR`, else the account of the operating system. */
export const actor: Effect.Effect<Actor> = Config.nonEmptyString("BFM_ACTOR").pipe(
  Effect.orElse(() => Effect.try(() => userInfo().username)),
  Effect.orElseSucceed(() => "unknown"),
  Effect.map(name => ({ name, method: "cli" as const }))
)
