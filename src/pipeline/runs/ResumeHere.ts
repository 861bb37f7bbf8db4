import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Stream from "effect/Stream"
import type { BfmError } from "../../domain/Errors.ts"
import type { Event } from "../../domain/Run.ts"
import { Signals } from "../../ports/Signals.ts"
import * as ActiveRun from "./ActiveRun.ts"
import * as RunBook from "./RunBook.ts"

/** Does in this process what is left of a run. Whoever stops listening ends it after the step in flight. */
export const resume = (id: string): Stream.Stream<Event, BfmError, ActiveRun.Stores> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const order = yield* RunBook.takeOver(id, yield* RunBook.orderOf(id, undefined))
      const { stop, abort } = yield* Signals
      const surroundings: ActiveRun.Surroundings = {
        turns: yield* Effect.makeSemaphore(1),
        context: yield* Effect.context<ActiveRun.Stores>(),
        scope: yield* Effect.scope,
        ending: Effect.void
      }
      const run = yield* Effect.acquireRelease(
        // Whoever listens hears everything: it need not stand in the log too.
        Logger.withMinimumLogLevel(ActiveRun.begin(order, surroundings), LogLevel.None),
        begun => Effect.zipRight(begun.cancel(false), begun.ended)
      )
      yield* Effect.forkScoped(Effect.zipRight(stop, run.cancel(false)))
      yield* Effect.forkScoped(Effect.zipRight(abort, run.cancel(true)))
      return Stream.map(run.events, ({ event }) => event)
    })
  )
