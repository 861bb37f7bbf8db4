import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Signals } from "../../ports/Signals.ts"

/** For what may take long and changes nothing, such as a lock: none when the run is told to end before. */
export const unlessStopped = <A, E, R>(
  waiting: Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E, R> =>
  Effect.flatMap(Signals, ({ stop }) =>
    Effect.raceFirst(Effect.asSome(waiting), Effect.as(stop, Option.none<A>()))
  )
