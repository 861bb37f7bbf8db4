import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Take from "effect/Take"
import { ulid } from "ulid"
import { CurrentActor } from "../domain/Actor.ts"
import type { BfmError } from "../domain/Errors.ts"
import type * as Request from "../domain/Request.ts"
import type { Event, Run, RunResult } from "../domain/Run.ts"
import type { Connections } from "../ports/Connections.ts"
import type { Lock } from "../ports/Lock.ts"
import type { Registry } from "../ports/Registry.ts"
import { Signals } from "../ports/Signals.ts"
import { StateStore } from "../ports/StateStore.ts"
import * as Metrics from "./Metrics.ts"
import type * as Permission from "./Permission.ts"
import * as Result from "./Result.ts"
import * as Pipeline from "./Run.ts"
import * as RunLog from "./RunLog.ts"
import * as RunRecord from "./RunRecord.ts"

/** What is to be carried out, and on which connections at most; on all when that is left out. */
export type Order = Request.Order & { readonly permitted?: Permission.Connections }

/** Events of one run are numbered from 1. */
export interface Numbered {
  readonly sequence: number
  readonly event: Event
}

/** A run that this process carries out, or has carried out not long ago. */
export interface Handle {
  readonly id: string
  readonly order: Order
  /** The run as it stands. */
  readonly run: Effect.Effect<Run>
  /** From the first event on, then as they come; ends with the run. Any number of listeners, at any time. */
  readonly events: Stream.Stream<Numbered, BfmError>
  readonly result: Effect.Effect<RunResult, BfmError>
  /** Ends the run after the step in flight; a run that waits for its turn does not begin. */
  readonly cancel: Effect.Effect<void>
}

/** What only the keeper of the runs may do with one. */
export interface ActiveRun extends Handle {
  /** Cancels the step in flight in its store. */
  readonly abort: Effect.Effect<void>
  readonly ended: Effect.Effect<void>
  readonly isDone: Effect.Effect<boolean>
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

/** Begins a run for the current actor, and does not wait for it. */
export const begin = Effect.fn("ActiveRun.begin")(function* (
  order: Order,
  { turns, context, scope, ending: atEnd }: Surroundings
) {
  const actor = yield* CurrentActor
  const now = yield* Clock.currentTimeMillis
  const id = ulid(now)
  const heard = yield* PubSub.unbounded<Take.Take<Numbered, BfmError>>({ replay: Number.MAX_SAFE_INTEGER })
  const result = yield* Deferred.make<RunResult, BfmError>()
  const stop = yield* Deferred.make<void>()
  const abort = yield* Deferred.make<void>()
  let run = queued(id, actor, order, now)
  let sequence = 0
  const hear = (event: Event) =>
    Effect.flatMap(Clock.currentTimeMillis, at => {
      run = advance(run, event, at)
      sequence++
      return Effect.zipRight(RunLog.tell(run, event), PubSub.publish(heard, Take.of({ sequence, event })))
    })
  const close = (state: Run["state"], last: Take.Take<Numbered, BfmError>) =>
    Effect.flatMap(Clock.currentTimeMillis, at => {
      run = { ...run, state, finished_at: at }
      return PubSub.publish(heard, last)
    })
  const carryOut = Pipeline.of(order, { runId: id, permitted: order.permitted }).pipe(
    Stream.tap(hear),
    Stream.runFold(Result.initial, Result.step),
    Effect.provideService(Signals, { stop: Deferred.await(stop), abort: Deferred.await(abort) }),
    Effect.provideService(CurrentActor, actor),
    Effect.provide(context)
  )
  const ending = inTurn(carryOut, turns, Deferred.await(stop), id).pipe(
    Effect.ensuring(atEnd),
    Effect.tap(outcome => close(outcome.state, Take.end)),
    Effect.tapErrorCause(cause =>
      Effect.zipRight(
        close("failed", Take.failCause(cause)),
        Effect.suspend(() => Effect.zipRight(RunLog.failed(run, cause), recordFailure(run, cause)))
      )
    ),
    Effect.intoDeferred(result)
  )
  // Whoever begins it may be uninterruptible; the run itself is not.
  yield* Effect.forkIn(Effect.interruptible(Effect.provide(ending, context)), scope)
  const active: ActiveRun = {
    id,
    order,
    run: Effect.sync(() => run),
    events: Stream.flattenTake(Stream.fromPubSub(heard)),
    result: Deferred.await(result),
    cancel: Effect.asVoid(Deferred.succeed(stop, undefined)),
    abort: Effect.asVoid(Deferred.succeed(abort, undefined)),
    ended: Effect.exit(Deferred.await(result)).pipe(Effect.asVoid),
    isDone: Deferred.isDone(result)
  }
  return active
})

/** A run that came to nothing, as the state remembers it. A state that is away has heard of no run. */
const recordFailure = (run: Run, cause: Cause.Cause<BfmError>) =>
  Effect.flatMap(StateStore, state => {
    const error = Option.match(Cause.failureOption(cause), {
      onNone: () => "this is a mistake in bfm itself",
      onSome: failure => failure.message
    })
    return Effect.ignore(state.record([{ _tag: "Run", run: { ...run, error } }]))
  })

const queued = (id: string, actor: Run["actor"], order: Order, now: number): Run => ({
  id,
  actor,
  direction: order._tag === "Up" ? "up" : "down",
  plan_hash: "",
  state: "queued",
  started_at: now,
  total: 0,
  succeeded: 0,
  failed: 0
})

/** Who is told to stop while waiting for a turn does not begin. */
const inTurn = <E>(
  carryOut: Effect.Effect<RunResult, E>,
  turns: Effect.Semaphore,
  stop: Effect.Effect<void>,
  id: string
): Effect.Effect<RunResult, E> =>
  Effect.uninterruptibleMask(restore =>
    Effect.gen(function* () {
      const turn = yield* restore(
        Effect.raceFirst(Effect.as(turns.take(1), "taken" as const), Effect.as(stop, "stopped" as const))
      )
      const cancelled: RunResult = { ...Result.initial, run_id: id, success: false, state: "cancelled" }
      if (turn === "stopped") return cancelled
      yield* Metric.increment(Metrics.active)
      const end = Effect.zipRight(Metric.incrementBy(Metrics.active, -1), turns.release(1))
      return yield* Effect.ensuring(restore(carryOut), end)
    })
  )

/** The plan says how much there is to do; the rest is told by the events themselves. */
const advance = (run: Run, event: Event, now: number): Run =>
  event._tag === "Planned"
    ? { ...run, state: "running", plan_hash: event.plan.hash, total: event.plan.steps.length }
    : RunRecord.advance(run, event, new Map(), now)
