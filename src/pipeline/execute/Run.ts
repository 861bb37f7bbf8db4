import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import { ulid } from "ulid"
import { type Actor, CurrentActor } from "../../domain/Actor.ts"
import * as Backend from "../../domain/Backend.ts"
import { type Forbidden, NotSupported, type PlanDiffers } from "../../domain/Errors.ts"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import type { Plan } from "../../domain/Plan.ts"
import type { DownRequest, Order, RunOptions, UpRequest } from "../../domain/Request.ts"
import type { Event, Failure, Run, RunState } from "../../domain/Run.ts"
import type { Remembered, StateChange } from "../../ports/StateStore.ts"
import * as PlanMemory from "../plan/PlanMemory.ts"
import * as Planning from "../plan/Planning.ts"
import * as Scope from "../plan/Scope.ts"
import * as Select from "../plan/Select.ts"
import type * as World from "../plan/World.ts"
import * as CarryOut from "./CarryOut.ts"
import * as Course from "./Course.ts"
import type * as Execute from "./Execute.ts"
import * as Metrics from "./Metrics.ts"
import * as Narrow from "./Narrow.ts"
import type { Order as Executed, Tell } from "./Ongoing.ts"
import * as Permission from "./Permission.ts"
import * as Pulse from "./Pulse.ts"
import * as Reconcile from "./Reconcile.ts"
import * as Recorder from "./Recorder.ts"
import * as RunRecord from "./RunRecord.ts"

/**
 * A run that was announced before it began: somebody may ask for it, so it is remembered also when it has nothing to
 * do, and so is what it found applied already.
 */
export interface Identity extends Pick<RunRecord.Beginning, "fence" | "after"> {
  /** As it stands: queued, or left behind by another process. */
  readonly run: Run
  /** The only connections on which it may run. */
  readonly permitted?: Permission.Connections
  /** Whether it is to go on in another attempt, and not to end as it has ended here. */
  readonly goesOn?: (end: End) => Effect.Effect<boolean>
}

/** How an attempt at a run has ended. */
export interface End {
  readonly state: RunState
  /** Whether somebody wanted it to end, and not only this process. */
  readonly cancelled?: boolean
  readonly failures: ReadonlyArray<Failure>
}

/** A plan, the world in which it was made, and what the state must learn before it is carried out. */
interface Prepared {
  readonly plan: Plan
  readonly world: World.World
  /** The schemas that the request means. */
  readonly scope: Scope.Scope
  readonly corrections: ReadonlyArray<StateChange>
}

/** Applies what the request means: plans, takes the locks, executes, records. The first event is `Planned`. */
export const up = (request: UpRequest, options: RunOptions, identity?: Identity) =>
  stream({ mode: "run", order: { _tag: "Up", request, options }, identity }, prepareUp(request))

/** Rolls back what the request means. */
export const down = (request: DownRequest, options: RunOptions, identity?: Identity) =>
  stream({ mode: "run", order: { _tag: "Down", request, options }, identity }, prepareDown(request))

/** The same of either kind. */
export const of = (order: Order, identity?: Identity): Stream.Stream<Event, OrderError, OrderStores> =>
  order._tag === "Up"
    ? up(order.request, order.options, identity)
    : down(order.request, order.options, identity)

type OrderError = Stream.Stream.Error<ReturnType<typeof up> | ReturnType<typeof down>>
type OrderStores = Stream.Stream.Context<ReturnType<typeof up> | ReturnType<typeof down>>

/** Executes what applying would do, and takes everything back. */
export const rehearse = (request: UpRequest) =>
  stream(
    { mode: "rehearse", order: { _tag: "Up", request, options: { concurrency: 1, on_failure: "stop" } } },
    Effect.flatMap(prepareUp(request), rehearsable)
  )

const prepareUp = Effect.fnUntraced(function* (request: UpRequest) {
  const selection = yield* Select.parse(request)
  const memory = yield* Effect.fork(Reconcile.memory)
  const world = yield* Planning.worldOf(selection)
  const plan = yield* Planning.upIn(world, request, selection)
  const scope = yield* Scope.expand(world, selection.schemas, selection.connections)
  return yield* prepared(world, plan, scope, yield* memory)
})

const prepareDown = Effect.fnUntraced(function* (request: DownRequest) {
  const memory = yield* Effect.fork(Reconcile.memory)
  const world = yield* Planning.worldBelow(request)
  const plan = yield* Planning.downIn(world, request)
  const scope = yield* Scope.expand(world, yield* Scope.parse(request.schemas), new Set())
  return yield* prepared(world, plan, scope, yield* memory)
})

const prepared = (world: World.World, plan: Plan, scope: Scope.Scope, memory: ReadonlyArray<Remembered>) =>
  Effect.map(
    Reconcile.changes(world, memory),
    (corrections): Prepared => ({ plan, world, scope, corrections })
  )

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

/** What is to be carried out, how, and as which run. */
interface Wanted {
  readonly mode: Executed["mode"]
  readonly order: Order
  readonly identity?: Identity | undefined
}

/** The run as a stream: it goes on at the pace of whoever listens, and ends properly when nobody does. */
const stream = <E, R>(wanted: Wanted, prepare: Effect.Effect<Prepared, E, R>) =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const mailbox = yield* Mailbox.make<Event, E | RunError>()
      let plan: Plan | undefined
      const tell: Tell = events => {
        plan = events.find(event => event._tag === "Planned")?.plan ?? plan
        const counted = wanted.mode === "run" ? Metrics.observe(plan, events) : Effect.void
        return Effect.zipRight(counted, Effect.asVoid(mailbox.offerAll(events)))
      }
      yield* perform(wanted, prepare, tell).pipe(Effect.scoped, Mailbox.into(mailbox), Effect.forkScoped)
      return Mailbox.toStream(mailbox)
    })
  )

type RunError =
  | Forbidden
  | PlanDiffers
  | Effect.Effect.Error<ReturnType<typeof Execute.execute>>
  | Effect.Effect.Error<ReturnType<typeof Execute.locks>>

const perform = <E, R>(wanted: Wanted, prepare: Effect.Effect<Prepared, E, R>, tell: Tell) =>
  Effect.gen(function* () {
    const { mode, identity } = wanted
    const { options } = wanted.order
    const began = yield* Clock.currentTimeMillis
    const ready = yield* prepare
    const { plan, world, scope } = ready
    yield* Permission.within(plan, identity?.permitted)
    const actor = yield* CurrentActor
    const idle = plan.steps.length === 0
    const recorder = yield* Recorder.make
    const record = noted(wanted, idle, recorder, actor, began)
    if (identity !== undefined) yield* record?.open ?? Effect.void
    const failures: Array<Failure> = []
    const announce: Tell = events => {
      failures.push(...events.flatMap(event => (event._tag === "StepFailed" ? [event.failure] : [])))
      return Effect.zipRight(record?.tell(events) ?? Effect.void, tell(events))
    }
    const warnings = Narrow.warnings(plan, world.connections, options.concurrency)
    yield* announce([{ _tag: "Planned", plan }, ...warnings.map(warned)])
    yield* PlanMemory.expect(plan, options.plan_hash)
    yield* recorder.offer(ready.corrections)
    const runId = record?.run().id ?? ""
    if (identity !== undefined)
      yield* recorder.offer(RunRecord.skips(plan, world.connections, runId, actor, began))
    const learn = (entry: LedgerEntry) => {
      const backend = world.connections.get(entry.connection)?.backend
      return backend === undefined ? Effect.void : recorder.offer(Reconcile.applied(entry, backend))
    }
    const isAsked: Executed["isAsked"] = step => scope.isMeant(step.connection, step.schema)
    const order = { plan, catalog: world.catalog, runId, actor, options, isAsked, learn, mode }
    const state = idle
      ? ("succeeded" as const)
      : yield* CarryOut.of({ order, record, recorder, identity }, announce)
    const left = yield* identity?.goesOn?.({ state, failures }) ?? Effect.succeed(false)
    const end = (yield* Clock.currentTimeMillis) - began
    const finished: Event = { _tag: "RunFinished", run_id: runId, state, duration_ms: end }
    yield* left ? (record?.leave ?? Effect.void) : (record?.tell([finished]) ?? Effect.void)
    const unwritten = yield* recorder.flush
    if (unwritten !== undefined) {
      const message = `${unwritten.message}; what was done stands in the targets' ledgers and is written to the state by the next run`
      yield* tell([warned(message)])
    }
    yield* tell([finished])
  })

const warned = (message: string): Event => ({ _tag: "Warned", message })

/** What the state will remember of the run; nothing of one that changes nothing and was not announced. */
const noted = (
  { mode, order, identity }: Wanted,
  idle: boolean,
  recorder: Recorder.Recorder,
  actor: Actor,
  now: number
): RunRecord.RunRecord | undefined => {
  if (identity !== undefined) return RunRecord.make(recorder, identity)
  if (mode === "rehearse" || idle) return undefined
  const run = { ...Course.queued(ulid(now), actor, order, now), owner: Pulse.owner }
  return RunRecord.make(recorder, { run, asked: { order }, fence: 0, after: 0 })
}
