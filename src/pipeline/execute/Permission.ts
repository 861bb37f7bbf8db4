import * as Effect from "effect/Effect"
import { Forbidden } from "../../domain/Errors.ts"
import type { Plan } from "../../domain/Plan.ts"

/** The only connections that may be touched; all of them when there is none. */
export type Connections = ReadonlyArray<string> | undefined

/** A plan may reach further than what was named: to whatever its migrations depend on. */
export const within = (plan: Plan, permitted: Connections): Effect.Effect<void, Forbidden> => {
  const foreign = plan.steps.find(({ connection }) => permitted?.includes(connection) === false)
  return foreign === undefined
    ? Effect.void
    : new Forbidden({
        reason: `${foreign.id} runs on connection ${foreign.connection}, which the token may not touch`
      })
}
