import * as Effect from "effect/Effect"
import { Forbidden } from "../../domain/Errors.ts"
import type { Plan } from "../../domain/Plan.ts"
import type { Run } from "../../domain/Run.ts"

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

/** Whether a run reaches nothing else; of one that may reach anything, nobody with limits hears. */
export const covers = (permitted: Connections, { connections }: Run): boolean =>
  permitted === undefined || connections?.every(name => permitted.includes(name)) === true

/** The run, for those who may see all that it reaches. */
export const seen = (run: Run, permitted: Connections): Effect.Effect<Run, Forbidden> =>
  covers(permitted, run)
    ? Effect.succeed(run)
    : new Forbidden({ reason: `run ${run.id} reaches connections that the token may not touch` })
