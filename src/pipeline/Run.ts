import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import { ulid } from "ulid"
import { CurrentActor } from "../domain/Actor.ts"
import * as Backend from "../domain/Backend.ts"
import { type Forbidden, NotSupported, PlanDiffers } from "../domain/Errors.ts"
import type { LedgerEntry } from "../domain/Ledger.ts"
import type { Plan } from "../domain/Plan.ts"
import type { DownRequest, Order, RunOptions, UpRequest } from "../domain/Request.ts"
import type { Event } from "../domain/Run.ts"
import type { Remembered, StateChange } from "../ports/StateStore.ts"
import * as Execute from "./Execute.ts"
import * as Metrics from "./Metrics.ts"
import * as Permission from "./Permission.ts"
import * as Planning from "./Planning.ts"
import * as Reconcile from "./Reconcile.ts"
import * as Recorder from "./Recorder.ts"
import * as RunRecord from "./RunRecord.ts"
import * as Select from "./Select.ts"
import type * as World from "./World.ts"

/**
 * The id of a run that was announced before it began: somebody may ask for it, so it is remembered also when it
 * has nothing to do, and so is what it found applied already.
 */
export interface Identity {
  readonly runId: string
  /** The only connections on which it may run. */
  readonly permitted?: Permission.Connections
}

/** A plan, the world in which it was made, and what the state must learn before it is carried out. */
interface Prepared {
  readonly plan: Plan
  readonly world: World.World
  readonly corrections: ReadonlyArray<StateChange>
}

/** Applies what the request means: plans, takes the locks, executes, records. The first event is `Planned`. */
export const up = (request: UpRequest, options: RunOptions, identity?: Identity) =>
  stream("run", options, prepareUp(request), identity)

/** Rolls back what the request means. */
export const down = (request: DownRequest, options: RunOptions, identity?: Identity) =>
  stream("run", options, prepareDown(request), identity)

/** The same of either kind. */
export const of = (order: Order, identity?: Identity): Stream.Stream<Event, OrderError, OrderStores> =>
  order._tag === "Up"
    ? up(order.request, order.options, identity)
    : down(order.request, order.options, identity)

type OrderError = Stream.Stream.Error<ReturnType<typeof up> | ReturnType<typeof down>>
type OrderStores = Stream.Stream.Context<ReturnType<typeof up> | ReturnType<typeof down>>

/** Executes what applying would do, and takes everything back. */
export const rehearse = (request: UpRequest) =>
  stream("rehearse", { concurrency: 1, on_failure: "stop" }, Effect.flatMap(prepareUp(request), rehearsable))

const prepareUp = Effect.fnUntraced(function* (request: UpRequest) {
  const selection = yield* Select.parse(request)
  const memory = yield* Effect.fork(Reconcile.memory)
  const world = yield* Planning.worldOf(selection)
  const plan = yield* Planning.upIn(world, request, selection)
  return yield* prepared(world, plan, yield* memory)
})

const prepareDown = Effect.fnUntraced(function* (request: DownRequest) {
  const memory = yield* Effect.fork(Reconcile.memory)
  const world = yield* Planning.worldBelow(request)
  const plan = yield* Planning.downIn(world, request)
  return yield* prepared(world, plan, yield* memory)
})

const prepared = (world: World.World, plan: Plan, memory: ReadonlyArray<Remembered>) =>
  Effect.map(Reconcile.changes(world, memory), (corrections): Prepared => ({ plan, world, corrections }))

const rehearsable = (ready: Prepared): Effect.Effect<Prepared, NotSupported> => {
  const step = ready.plan.steps.find(({ backend }) => !Backend.capabilities[backend].rehearsable)
  return step === undefined
    ? Effect.succeed(ready)
    : new NotSupported({
        connection: step.connection,
        action: "rehearse",
        reason: `${step.backend} cannot take back what was executed`
      })
}

/** The run as a stream: it goes on at the pace of whoever listens, and ends properly when nobody does. */
const stream = <E, R>(
  mode: Execute.Order["mode"],
  options: RunOptions,
  prepare: Effect.Effect<Prepared, E, R>,
  identity?: Identity
) =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const mailbox = yield* Mailbox.make<Event, E | RunError>()
      let plan: Plan | undefined
      const tell = (event: Event) => {
        if (event._tag === "Planned") plan = event.plan
        const counted = mode === "run" ? Metrics.observe(plan, event) : Effect.void
        return Effect.zipRight(counted, mailbox.offer(event))
      }
      yield* perform(mode, options, prepare, identity, tell).pipe(
        Effect.scoped,
        Mailbox.into(mailbox),
        Effect.forkScoped
      )
      return Mailbox.toStream(mailbox)
    })
  )

type RunError =
  | Forbidden
  | PlanDiffers
  | Effect.Effect.Error<ReturnType<typeof Execute.execute>>
  | Effect.Effect.Error<ReturnType<typeof Execute.locks>>

const perform = <E, R>(
  mode: Execute.Order["mode"],
  options: RunOptions,
  prepare: Effect.Effect<Prepared, E, R>,
  identity: Identity | undefined,
  tell: (event: Event) => Effect.Effect<unknown>
) =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const { plan, world, corrections } = yield* prepare
    yield* Permission.within(plan, identity?.permitted)
    yield* tell({ _tag: "Planned", plan })
    if (options.plan_hash !== undefined && options.plan_hash !== plan.hash) {
      const steps = plan.steps.map(({ id }) => id)
      return yield* new PlanDiffers({ expected: options.plan_hash, actual: plan.hash, steps })
    }
    const recorder = yield* Recorder.make
    yield* recorder.offer(corrections)
    const runId = identity?.runId ?? (plan.steps.length === 0 ? "" : ulid(began))
    const actor = yield* CurrentActor
    if (identity !== undefined)
      yield* recorder.offer(RunRecord.skips(plan, world.connections, runId, actor, began))
    const learn = (entry: LedgerEntry) => {
      const backend = world.connections.get(entry.connection)?.backend
      return backend === undefined ? Effect.void : recorder.offer(Reconcile.applied(entry, backend))
    }
    const idle = plan.steps.length === 0
    const order = { plan, catalog: world.catalog, runId, actor, options, learn, mode }
    if (idle && identity !== undefined) yield* RunRecord.nothing(recorder, plan, runId, actor)
    const state = idle ? ("succeeded" as const) : yield* carryOut(order, recorder, tell)
    const unwritten = yield* recorder.flush
    if (unwritten !== undefined) {
      const message = `${unwritten.message}; what was done stands in the targets' ledgers and is written to the state by the next run`
      yield* tell({ _tag: "Warned", message })
    }
    yield* tell({
      _tag: "RunFinished",
      run_id: runId,
      state,
      duration_ms: (yield* Clock.currentTimeMillis) - began
    })
  })

const carryOut = (
  order: Execute.Order,
  recorder: Recorder.Recorder,
  tell: (event: Event) => Effect.Effect<unknown>
) =>
  Effect.gen(function* () {
    yield* Execute.locks(order, event => Effect.asVoid(tell(event)))
    const record =
      order.mode === "run"
        ? yield* RunRecord.begin(recorder, order.plan, order.runId, order.actor)
        : undefined
    const announce = (event: Event) =>
      Effect.zipRight(record === undefined ? Effect.void : record.tell(event), Effect.asVoid(tell(event)))
    yield* announce({ _tag: "RunStarted", run_id: order.runId, total: order.plan.steps.length })
    const end = (state: "failed" | "interrupted") => () =>
      record === undefined
        ? Effect.void
        : Effect.zipRight(
            record.tell({ _tag: "RunFinished", run_id: order.runId, state, duration_ms: 0 }),
            recorder.flush
          )
    const state = yield* Execute.execute(order, announce).pipe(
      Effect.tapError(end("failed")),
      Effect.onInterrupt(end("interrupted"))
    )
    if (record !== undefined)
      yield* record.tell({ _tag: "RunFinished", run_id: order.runId, state, duration_ms: 0 })
    return state
  })
