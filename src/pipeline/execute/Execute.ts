import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { Actor } from "../../domain/Actor.ts"
import type { Catalog } from "../../domain/Catalog.ts"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import type { Plan, Step } from "../../domain/Plan.ts"
import type { RunOptions } from "../../domain/Request.ts"
import type { Event, RunState } from "../../domain/Run.ts"
import { Connections, type StoreSession, type Work } from "../../ports/Connections.ts"
import { Lock } from "../../ports/Lock.ts"
import { Settings } from "../../ports/Settings.ts"
import { Signals } from "../../ports/Signals.ts"
import * as Gates from "./Gates.ts"
import * as Lane from "./Lane.ts"
import * as Lanes from "./Lanes.ts"
import * as Rollout from "./Rollout.ts"
import * as Segment from "./Segment.ts"
import * as Sessions from "./Sessions.ts"

/** What is to be executed, and by whom. */
export interface Order {
  readonly plan: Plan
  readonly catalog: Catalog
  readonly runId: string
  readonly actor: Actor
  readonly options: RunOptions
  /** Told of entries that another run wrote meanwhile, so that the state knows them even if that run is gone. */
  readonly learn: (entry: LedgerEntry) => Effect.Effect<void>
  /** `rehearse`: everything is executed and taken back. */
  readonly mode: "run" | "rehearse"
}

/** Why the rest of a run did not run that was told to end. */
export const stopped = "the run was stopped"

type Tell = (event: Event) => Effect.Effect<void>

/**
 * Takes what must be held before anything runs: whoever is in the way of the only lane is the end of the run, and
 * a rehearsal holds all of them, always in the same order. Otherwise each lane takes its own when it begins.
 */
export const locks = Effect.fn("Execute.locks")(function* (order: Order, tell: Tell) {
  if (!atOnce(order)) return
  const lock = yield* Lock
  const { lockWait } = yield* Settings
  const lanes = new Map(order.plan.steps.map(step => [Segment.laneOf(step), step]))
  for (const [, { connection, schema }] of [...lanes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* lock.acquire({ connection, schema }, holderOf(order), lockWait, name =>
      tell({ _tag: "LockWaiting", connection, schema, holder: name })
    )
  }
})

const holderOf = ({ runId, actor }: Order) => ({ runId, actor: actor.name })

const atOnce = (order: Order): boolean => order.mode === "rehearse" || !Segment.several(order.plan)

const lanesOf = Effect.fnUntraced(function* (
  order: Order,
  segments: ReadonlyArray<Segment.Segment>,
  tell: Tell
) {
  const { lockWait } = yield* Settings
  if (atOnce(order)) return Lanes.taken
  return yield* Lanes.make(segments, holderOf(order), lockWait, ({ connection, schema }, holder) =>
    tell({ _tag: "LockWaiting", connection, schema, holder })
  )
})

/**
 * Interprets a plan: segment after segment, or several lanes at once, never a step before what it needs.
 * After a failure nothing later in the same lane and nothing that depends on it runs; other lanes go on or
 * stop, as asked. Says in which state the run ended.
 */
export const execute = Effect.fn("Execute.execute")(function* (order: Order, tell: Tell) {
  const signals = yield* Signals
  const stopping = yield* Ref.make(false)
  const sessions = Sessions.make()
  yield* Effect.forkScoped(
    signals.stop.pipe(Effect.zipRight(Ref.set(stopping, true)), Effect.zipRight(sessions.halt))
  )
  yield* Effect.forkScoped(Effect.zipRight(signals.abort, sessions.cancel))
  const segments = order.mode === "rehearse" ? Segment.whole(order.plan) : Segment.cut(order.plan)
  const rollout = Rollout.make(segments, order.options)
  const gates = yield* Gates.make(segments, rollout)
  const course: Course = {
    failed: new Set(),
    notRun: new Set(),
    failedLanes: new Map(),
    brokenLanes: new Map(),
    finished: new Set(),
    stopping,
    sessions,
    rollout,
    several: Segment.several(order.plan)
  }
  const watched: Tell = event =>
    Effect.zipRight(
      Effect.sync(() => note(order, course, event)),
      tell(event)
    )
  const lanes = yield* lanesOf(order, segments, watched)
  yield* Effect.forEach(
    Gates.inOrder(segments, rollout),
    segment =>
      gates
        .await(segment)
        .pipe(
          Effect.zipRight(runSegment(order, segment, course, lanes, watched)),
          Effect.ensuring(Effect.zipRight(lanes.leave(segment), gates.end(segment)))
        ),
    { concurrency: order.options.concurrency, discard: true }
  )
  return ended(course, yield* Ref.get(stopping))
})

/** Without a failure, steps are left only when the run was told to stop, or pauses. */
const ended = ({ failed, notRun }: Course, halted: boolean): RunState => {
  if (failed.size > notRun.size) return "failed"
  if (notRun.size === 0) return "succeeded"
  return halted ? "cancelled" : "paused"
}

/** What is known of a run while it goes on. */
interface Course {
  /** Shown ids of steps that failed or were not run. */
  readonly failed: Set<string>
  /** Those of them that were not run. */
  readonly notRun: Set<string>
  /** The lanes of these, with the id of the first. */
  readonly failedLanes: Map<string, string>
  /** The lanes in which a step failed, with its id. */
  readonly brokenLanes: Map<string, string>
  /** Shown ids of steps of which the end was told. */
  readonly finished: Set<string>
  readonly stopping: Ref.Ref<boolean>
  readonly sessions: Sessions.Sessions
  readonly rollout: Rollout.Rollout
  /** Whether other schemas go on when one cannot be worked on. */
  readonly several: boolean
}

const note = (order: Order, course: Course, event: Event): void => {
  switch (event._tag) {
    case "StepFailed":
    case "StepNotRun": {
      const step = order.plan.steps[event.position - 1]
      const lane = step === undefined ? undefined : Segment.laneOf(step)
      if (lane !== undefined && !course.failedLanes.has(lane)) course.failedLanes.set(lane, event.id)
      if (event._tag === "StepFailed" && lane !== undefined && !course.brokenLanes.has(lane))
        course.brokenLanes.set(lane, event.id)
      course.failed.add(event.id)
      if (event._tag === "StepNotRun") course.notRun.add(event.id)
      course.finished.add(event.id)
      return
    }
    case "StepSucceeded":
    case "StepSkipped":
      course.finished.add(event.id)
  }
}

/** Why a step may not run, decided from what has failed so far. */
const obstacle = (order: Order, step: Step, wave: number, course: Course): string | undefined => {
  const refused = Rollout.refusal(
    course.rollout,
    wave,
    { lanes: course.brokenLanes },
    order.options.on_failure
  )
  if (course.failed.size === 0 || (refused !== undefined && course.brokenLanes.size === 0)) return refused
  const needed = step.after.find(id => course.failed.has(id))
  if (needed !== undefined) return `it depends on ${needed}`
  const earlier = course.failedLanes.get(Segment.laneOf(step))
  if (earlier !== undefined) return `${earlier} comes before it in the same schema`
  return refused
}

const runSegment = Effect.fnUntraced(function* (
  order: Order,
  segment: Segment.Segment,
  course: Course,
  lanes: Lanes.Lanes,
  tell: Tell
) {
  const wave = course.rollout.waveOf[segment.index] ?? 0
  const cut = segment.steps.findIndex(step => obstacle(order, step, wave, course) !== undefined)
  const runnable = cut === -1 ? segment.steps : segment.steps.slice(0, cut)
  if (runnable.length > 0 && !(yield* Ref.get(course.stopping))) {
    yield* Effect.zipRight(
      lanes.enter(segment),
      Effect.scoped(inSession(order, segment, runnable, course, tell))
    ).pipe(
      // Before anything has happened in the only schema the error is the caller's; else it is one failed step.
      Effect.catchAll(error =>
        course.several || course.finished.size > 0
          ? Effect.forEach(runnable.slice(0, 1), step => tell(Lane.unopened(step, error)))
          : Effect.fail(error)
      )
    )
  }
  const halted = yield* Ref.get(course.stopping)
  for (const step of segment.steps) {
    if (course.finished.has(step.id)) continue
    const reason = obstacle(order, step, wave, course) ?? (halted ? stopped : undefined)
    if (reason !== undefined)
      yield* tell({ _tag: "StepNotRun", id: step.id, position: step.position, reason })
  }
})

const inSession = Effect.fnUntraced(function* (
  order: Order,
  segment: Segment.Segment,
  steps: ReadonlyArray<Step>,
  course: Course,
  tell: Tell
): Effect.fn.Return<void, SessionError, Connections | Scope.Scope> {
  const { lockWait } = yield* Settings
  const store = yield* (yield* Connections).open(segment.connection)
  const session = yield* store.session(
    segment.schema,
    { runId: order.runId, actor: order.actor, rehearsal: order.mode === "rehearse" },
    lockWait,
    holder => tell({ _tag: "LockWaiting", connection: segment.connection, schema: segment.schema, holder })
  )
  yield* course.sessions.add(session)
  const entries = new Map(session.entries.map(entry => [entry.migrationId, entry]))
  const pending: Array<Work> = []
  for (const step of steps) {
    const entry = entries.get(step.migration_id)
    const reason = order.mode === "run" ? Lane.alreadyDone(entry, step) : undefined
    if (reason !== undefined && entry !== undefined) yield* order.learn(entry)
    const migration = order.catalog.byId.get(step.migration_id)
    if (reason !== undefined)
      yield* tell({ _tag: "StepSkipped", id: step.id, position: step.position, reason })
    else if (migration !== undefined) pending.push({ step, migration })
  }
  yield* Lane.run(outcomes(order, session, pending), tell, course.stopping)
})

const outcomes = (order: Order, session: StoreSession, work: ReadonlyArray<Work>) =>
  order.mode === "run" ? session.run(work) : session.rehearse(work)

type SessionError =
  | Effect.Effect.Error<ReturnType<Connections["Type"]["open"]>>
  | Effect.Effect.Error<ReturnType<Effect.Effect.Success<ReturnType<Connections["Type"]["open"]>>["session"]>>
