import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Take from "effect/Take"
import { ulid } from "ulid"
import { CurrentActor } from "../../domain/Actor.ts"
import type { Asked } from "../../domain/Asked.ts"
import type { BfmError } from "../../domain/Errors.ts"
import type * as Request from "../../domain/Request.ts"
import type { Event, Numbered, Run, RunResult } from "../../domain/Run.ts"
import type { Connections } from "../../ports/Connections.ts"
import type { Lock } from "../../ports/Lock.ts"
import type { Registry } from "../../ports/Registry.ts"
import { Signals } from "../../ports/Signals.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Course from "../execute/Course.ts"
import * as Metrics from "../execute/Metrics.ts"
import type * as Permission from "../execute/Permission.ts"
import * as Pulse from "../execute/Pulse.ts"
import * as Result from "../execute/Result.ts"
import * as Pipeline from "../execute/Run.ts"
import * as RunLog from "../execute/RunLog.ts"

/** What is to be carried out, on which connections at most (on all when that is left out), and in whose stead. */
export type Order = Request.Order & {
  readonly permitted?: Permission.Connections
  /** The run whose rest it does, and the id that it has for that. */
  readonly instead?: { readonly of: string; readonly id: string }
}

/** A run that this process carries out, or has carried out not long ago. */
export interface Handle {
  readonly id: string
  readonly order: Order
  /** The run as it stands. */
  readonly run: Effect.Effect<Run>
  /** The number of the first event that is heard here; another process has told those before. */
  readonly first: number
  /** From that on, then as they come; ends with the run. Any number of listeners, at any time. */
  readonly events: Stream.Stream<Numbered, BfmError>
  readonly result: Effect.Effect<RunResult, BfmError>
  /**
   * Ends the run after the step in flight; a run that waits for its turn does not begin. `now`: the step in flight is
   * cancelled in its store.
   */
  readonly cancel: (now: boolean) => Effect.Effect<void>
}

/** What only the keeper of the runs may do with one. */
export interface ActiveRun extends Handle {
  readonly ended: Effect.Effect<void>
  readonly isDone: Effect.Effect<boolean>
}

/** A run that another process has begun, or announced. */
export interface Adopted extends Pick<Pipeline.Identity, "run" | "fence" | "after" | "goesOn"> {
  /** Whether it is tried once more, and did not come to nothing. */
  readonly isPostponed?: (error: BfmError) => Effect.Effect<boolean>
}

/** What a run needs. */
export type Stores = Registry | Connections | StateStore | Lock

/** Where a run is carried out. */
export interface Surroundings {
  /** It waits for one of these first. */
  readonly turns: Effect.Semaphore
  readonly context: Context.Context<Stores>
  /** What its fiber belongs to. */
  readonly scope: Scope.Scope
  /** Carried out when it has ended, before anybody hears of that. */
  readonly ending: Effect.Effect<void>
}

/** A run that somebody asks for now, of which the state does not know yet. */
export const announced = Effect.fnUntraced(function* (order: Order) {
  const now = yield* Clock.currentTimeMillis
  const id = order.instead?.id ?? ulid(now)
  const run = Course.queued(id, yield* CurrentActor, order, now, order.permitted)
  return order.instead === undefined ? run : { ...run, continues: order.instead.of }
})

/** What is kept of an order, so that any process can carry it out. */
export const askedOf = ({ permitted, instead: _, ...order }: Order): Asked => ({
  order,
  ...(permitted === undefined ? {} : { permitted })
})

/** Begins a run for the current actor, and does not wait for it. The state knows of it before this ends. */
export const begin = Effect.fn("ActiveRun.begin")(function* (order: Order, surroundings: Surroundings) {
  const run: Run = { ...(yield* announced(order)), owner: Pulse.owner }
  const state = Context.get(surroundings.context, StateStore)
  yield* state.record([
    { _tag: "Run", run },
    { _tag: "Asked", runId: run.id, asked: askedOf(order) }
  ])
  return yield* adopt(order, { run, fence: 0, after: 0 }, surroundings)
})

/** The same for a run of which the state knows already. */
export const adopt = Effect.fn("ActiveRun.adopt")(function* (
  order: Order,
  adopted: Adopted,
  { turns, context, scope, ending: atEnd }: Surroundings
) {
  const { id, actor } = adopted.run
  const heard = yield* PubSub.unbounded<Take.Take<Numbered, BfmError>>({ replay: Number.MAX_SAFE_INTEGER })
  const result = yield* Deferred.make<RunResult, BfmError>()
  const stop = yield* Deferred.make<void>()
  const abort = yield* Deferred.make<void>()
  const course = Course.make(adopted.run)
  let sequence = adopted.after
  const hear = (events: Chunk.Chunk<Event>) =>
    Effect.flatMap(Clock.currentTimeMillis, at => {
      const numbered = Chunk.map(events, (event, index) => ({ sequence: sequence + index + 1, event }))
      sequence += events.length
      const logged = Chunk.map(events, event => RunLog.tell(course.hear(event, at), event))
      return Effect.all([...logged, PubSub.publish(heard, Take.chunk(numbered))], { discard: true })
    })
  const close = (state: Run["state"], last: Take.Take<Numbered, BfmError>) =>
    Effect.flatMap(Clock.currentTimeMillis, at => {
      course.note({ state, finished_at: at })
      return PubSub.publish(heard, last)
    })
  let cancelled = false
  const { goesOn } = adopted
  const identity: Pipeline.Identity = {
    ...adopted,
    permitted: order.permitted,
    ...(goesOn === undefined ? {} : { goesOn: end => goesOn({ ...end, cancelled }) })
  }
  const carryOut = Pipeline.of(order, identity).pipe(
    Stream.chunks,
    Stream.tap(hear),
    Stream.runFold(Result.initial, (result, events) => Chunk.reduce(events, result, Result.step)),
    Effect.provideService(Signals, { stop: Deferred.await(stop), abort: Deferred.await(abort) }),
    Effect.provideService(CurrentActor, actor),
    Effect.provide(context)
  )
  const told = { run: course.run, fence: adopted.fence }
  const stopping = Deferred.succeed(stop, undefined)
  const wanted = Effect.sync(() => {
    cancelled = true
  })
  const aborting = Effect.zipRight(stopping, Deferred.succeed(abort, undefined))
  const pulse = Pulse.beat(id, adopted.fence, {
    stop: Effect.zipRight(wanted, stopping),
    abort: Effect.zipRight(wanted, aborting),
    lost: aborting
  })
  const ending = Effect.raceFirst(inTurn(carryOut, turns, Deferred.await(stop), told), pulse).pipe(
    Effect.ensuring(atEnd),
    Effect.tap(outcome => close(outcome.state, Take.end)),
    Effect.tapErrorCause(cause =>
      Effect.zipRight(
        close("failed", Take.failCause(cause)),
        Effect.suspend(() =>
          Effect.zipRight(
            RunLog.failed(course.run(), cause),
            Effect.unlessEffect(recordFailure(told, cause), isPostponed(adopted, cause))
          )
        )
      )
    ),
    Effect.intoDeferred(result)
  )
  // Whoever begins it may be uninterruptible; the run itself is not.
  yield* Effect.forkIn(Effect.interruptible(Effect.provide(ending, context)), scope)
  const active: ActiveRun = {
    id,
    order,
    run: Effect.sync(course.run),
    first: adopted.after + 1,
    events: Stream.flattenTake(Stream.fromPubSub(heard)),
    result: Deferred.await(result),
    cancel: now => Effect.asVoid(now ? aborting : stopping),
    ended: Effect.exit(Deferred.await(result)).pipe(Effect.asVoid),
    isDone: Deferred.isDone(result)
  }
  return active
})

const isPostponed = ({ isPostponed }: Adopted, cause: Cause.Cause<BfmError>) =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => Effect.succeed(false),
    onSome: error => isPostponed?.(error) ?? Effect.succeed(false)
  })

/** How a run stands, and who may say so. */
interface Told {
  readonly run: () => Run
  readonly fence: number
}

/** A run that came to nothing, as the state remembers it. Of a state that is away, the next look finds it silent. */
const recordFailure = ({ run, fence }: Told, cause: Cause.Cause<BfmError>) =>
  Effect.flatMap(StateStore, state => {
    const failure = Cause.failureOption(cause)
    const error = Option.match(failure, {
      onNone: () => "this is a mistake in bfm itself",
      onSome: ({ message }) => message
    })
    const refusal = Option.match(failure, { onNone: () => ({}), onSome: found => ({ refusal: found }) })
    return Effect.ignore(state.record([{ _tag: "Run", run: { ...run(), error }, fence, ...refusal }]))
  })

/** Who is told to stop while waiting for a turn does not begin. */
const inTurn = <E>(
  carryOut: Effect.Effect<RunResult, E>,
  turns: Effect.Semaphore,
  stop: Effect.Effect<void>,
  told: Told
): Effect.Effect<RunResult, E, StateStore> =>
  Effect.uninterruptibleMask(restore =>
    Effect.gen(function* () {
      const turn = yield* restore(
        Effect.raceFirst(Effect.as(turns.take(1), "taken" as const), Effect.as(stop, "stopped" as const))
      )
      if (turn === "stopped") return yield* notBegun(told)
      yield* Metric.increment(Metrics.active)
      const end = Effect.zipRight(Metric.incrementBy(Metrics.active, -1), turns.release(1))
      return yield* Effect.ensuring(restore(carryOut), end)
    })
  )

const notBegun = Effect.fnUntraced(function* ({ run, fence }: Told) {
  const state = yield* StateStore
  const ended: Run = { ...run(), state: "cancelled", finished_at: yield* Clock.currentTimeMillis }
  yield* Effect.ignore(state.record([{ _tag: "Run", run: ended, fence }]))
  const result: RunResult = { ...Result.initial, run_id: ended.id, success: false, state: "cancelled" }
  return result
})
