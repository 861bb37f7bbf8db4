import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { CurrentActor } from "../../domain/Actor.ts"
import { RunNotFound, ShuttingDown, type StateUnavailable } from "../../domain/Errors.ts"
import type { Fleet } from "../../ports/Fleet.ts"
import { Snapshot } from "../report/Snapshot.ts"
import * as ActiveRun from "./ActiveRun.ts"
import * as Queued from "./Queued.ts"

/** Limits of a service. */
export interface Limits {
  /** Runs at the same time; others wait for their turn. */
  readonly concurrent: number
  /** Milliseconds that a step in flight has at the end, before it is cancelled in its store. */
  readonly grace: number
  /** Whether runs that are asked for wait for a worker. */
  readonly queue?: boolean
}

/** The runs of this process: they belong to nobody who might go away. */
export class Runs extends Context.Tag("bfm/Runs")<
  Runs,
  {
    /** Begins a run for the current actor. It goes on whatever becomes of the caller. */
    readonly start: (
      order: ActiveRun.Order
    ) => Effect.Effect<ActiveRun.Handle, ShuttingDown | StateUnavailable>
    /** The same in this process, also where others are queued. */
    readonly startHere: (
      order: ActiveRun.Order
    ) => Effect.Effect<ActiveRun.Handle, ShuttingDown | StateUnavailable>
    /** Goes on with a run that the state knows. */
    readonly adopt: (
      order: ActiveRun.Order,
      adopted: ActiveRun.Adopted
    ) => Effect.Effect<ActiveRun.ActiveRun, ShuttingDown>
    /** Whether runs that are asked for wait for a worker. */
    readonly queues: boolean
    readonly find: (id: string) => Effect.Effect<ActiveRun.Handle, RunNotFound>
    /** The newest first, as far back as they are remembered. */
    readonly recent: Effect.Effect<ReadonlyArray<ActiveRun.Handle>>
    /** Whether nothing new is begun any more. */
    readonly isClosing: Effect.Effect<boolean>
    /** Those that have not ended. */
    readonly active: Effect.Effect<ReadonlyArray<ActiveRun.Handle>>
    /** Begins nothing new, and waits until what is under way has ended and is recorded. */
    readonly drain: Effect.Effect<void>
  }
>() {}

/** How many ended runs can still be listened to. */
const remembered = 100

/** Milliseconds that a step has to end after it was cancelled. */
const cancelling = 10_000

export const layer = (limits: Limits): Layer.Layer<Runs, never, ActiveRun.Stores | Fleet | Snapshot> =>
  Layer.scoped(
    Runs,
    Effect.gen(function* () {
      const context = yield* Effect.context<ActiveRun.Stores | Fleet>()
      const snapshot = yield* Snapshot
      // Not the layer's own: runs end by `drain`, and only then their fibers.
      const scope = yield* Scope.make()
      // Whoever asked for a run may go away while it begins: the state knows of it, so it begins all the same.
      const beginnings = yield* FiberSet.make().pipe(Scope.extend(scope))
      const turns = yield* Effect.makeSemaphore(limits.concurrent)
      const known = new Map<string, ActiveRun.ActiveRun>()
      let closing = false

      const forget = Effect.gen(function* () {
        for (const [id, run] of known) {
          if (known.size <= remembered) return
          if (yield* run.isDone) known.delete(id)
        }
      })
      const active = Effect.suspend(() => Effect.filter(known.values(), run => Effect.negate(run.isDone)))

      const drain = Effect.gen(function* () {
        closing = true
        yield* inTime(FiberSet.awaitEmpty(beginnings), limits.grace)
        const running = yield* active
        const ended = Effect.forEach(running, run => run.ended, { discard: true })
        yield* Effect.forEach(running, run => run.cancel(false), { discard: true })
        if (Option.isSome(yield* inTime(ended, limits.grace))) return
        yield* Effect.forEach(running, run => run.cancel(true), { discard: true })
        yield* inTime(ended, cancelling)
      })

      yield* Effect.addFinalizer(exit => Effect.zipRight(drain, Scope.close(scope, exit)))
      const surroundings = { turns, context, scope, ending: snapshot.invalidate }
      const kept = <E>(begin: Effect.Effect<ActiveRun.ActiveRun, E>) =>
        Effect.gen(function* () {
          if (closing) return yield* new ShuttingDown({})
          const run = yield* begin
          known.set(run.id, run)
          yield* forget
          return run
        }).pipe(FiberSet.run(beginnings), Effect.flatMap(Fiber.join))
      const startHere = (order: ActiveRun.Order) => kept(ActiveRun.begin(order, surroundings))
      const queued = (order: ActiveRun.Order) =>
        Effect.gen(function* () {
          if (closing) return yield* new ShuttingDown({})
          const actor = yield* CurrentActor
          return yield* Queued.begin(order).pipe(
            Effect.provideService(CurrentActor, actor),
            Effect.provide(context)
          )
        })
      return Runs.of({
        queues: limits.queue === true,
        start: limits.queue === true ? queued : startHere,
        startHere,
        adopt: (order, adopted) => kept(ActiveRun.adopt(order, adopted, surroundings)),
        find: id =>
          Effect.suspend(() => {
            const run = known.get(id)
            return run === undefined ? new RunNotFound({ id }) : Effect.succeed(run)
          }),
        recent: Effect.sync(() => [...known.values()].reverse()),
        isClosing: Effect.sync(() => closing),
        active,
        drain
      })
    })
  )

/** Also in a finalizer, which cannot be interrupted. */
const inTime = (effect: Effect.Effect<void>, milliseconds: number) =>
  effect.pipe(Effect.interruptible, Effect.timeoutOption(milliseconds))
