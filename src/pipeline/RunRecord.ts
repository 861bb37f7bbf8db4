import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Actor } from "../domain/Actor.ts"
import type { Backend } from "../domain/Backend.ts"
import type { Plan, Step } from "../domain/Plan.ts"
import type { Event, Execution, Failure, HistoryItem, Run } from "../domain/Run.ts"
import type { StateChange } from "../ports/StateStore.ts"
import { timestamp } from "./Reconcile.ts"
import type { Recorder } from "./Recorder.ts"

/** Turns the events of one run into what the state remembers of it. */
export interface RunRecord {
  readonly run: Run
  readonly tell: (event: Event) => Effect.Effect<void>
}

/** A run of which nothing has been heard but its plan. */
const beginning = (plan: Plan, id: string, actor: Actor, now: number): Run => ({
  id,
  actor,
  direction: plan.direction,
  plan_hash: plan.hash,
  state: "running",
  started_at: now,
  total: plan.steps.length,
  succeeded: 0,
  failed: 0
})

/** What a client asked for and was applied already. */
export const skips = (
  plan: Plan,
  connections: ReadonlyMap<string, { readonly backend: Backend }>,
  runId: string,
  actor: Actor,
  now: number
): ReadonlyArray<StateChange> =>
  plan.direction === "down"
    ? []
    : plan.skipped.flatMap(({ id: _, reason: __, table: ___, ...skipped }) => {
        const backend = connections.get(skipped.connection)?.backend
        if (backend === undefined) return []
        const common = { backend, at: timestamp(now), actor: actor.name, method: actor.method, run_id: runId }
        return [{ _tag: "Skipped" as const, skip: { ...skipped, ...common } }]
      })

/** Remembers a run that had nothing to do. */
export const nothing = Effect.fnUntraced(function* (
  recorder: Recorder,
  plan: Plan,
  runId: string,
  actor: Actor
) {
  const now = yield* Clock.currentTimeMillis
  const run: Run = { ...beginning(plan, runId, actor, now), state: "succeeded", finished_at: now }
  yield* recorder.offer([{ _tag: "Run", run }])
})

export const begin = Effect.fnUntraced(function* (
  recorder: Recorder,
  plan: Plan,
  runId: string,
  actor: Actor
) {
  const steps = new Map(plan.steps.map(step => [step.id, step]))
  const run = beginning(plan, runId, actor, yield* Clock.currentTimeMillis)
  yield* recorder.offer([{ _tag: "Run", run }])
  let current = run
  const record: RunRecord = {
    run,
    tell: event =>
      Effect.flatMap(Clock.currentTimeMillis, now => {
        current = advance(current, event, steps, now)
        const changes = changesOf(current, event, steps, now)
        return changes.length === 0 ? Effect.void : recorder.offer(changes)
      })
  }
  return record
})

/** The run after one more event. */
export const advance = (run: Run, event: Event, steps: ReadonlyMap<string, Step>, now: number): Run => {
  switch (event._tag) {
    case "StepStarted": {
      const step = steps.get(event.id)
      return { ...run, current: `step ${event.position} of ${run.total}: ${step?.name ?? event.id}` }
    }
    case "StepSucceeded":
      return { ...run, succeeded: run.succeeded + 1 }
    case "StepFailed":
      return { ...run, failed: run.failed + 1 }
    case "RunFinished":
      return { ...run, state: event.state, finished_at: now }
    default:
      return run
  }
}

const changesOf = (
  run: Run,
  event: Event,
  steps: ReadonlyMap<string, Step>,
  now: number
): ReadonlyArray<StateChange> => {
  switch (event._tag) {
    case "StepStarted":
    case "RunFinished":
      return [{ _tag: "Run", run }]
    case "StepSucceeded": {
      const step = steps.get(event.id)
      return step === undefined ? [] : outcome(run, step, now, event.duration_ms, undefined)
    }
    case "StepFailed": {
      const step = steps.get(event.id)
      return step === undefined ? [] : outcome(run, step, now, event.failure.duration_ms, event.failure)
    }
    default:
      return []
  }
}

/** Memory and history of one step. A step that could not be rolled back is still applied. */
const outcome = (
  run: Run,
  step: Step,
  now: number,
  durationMs: number,
  failure: Failure | undefined
): ReadonlyArray<StateChange> => {
  const up = step.direction === "up"
  const common = {
    migration_id: step.migration_id,
    schema: step.schema,
    version: step.version,
    name: step.name,
    connection: step.connection,
    backend: step.backend,
    run_id: run.id,
    actor: run.actor.name,
    method: run.actor.method
  }
  const error = failure === undefined ? {} : { error: describe(failure) }
  const event: HistoryItem["event"] =
    failure === undefined ? (up ? "applied" : "rolled_back") : up ? "failed" : "rollback_failed"
  const status: Execution["status"] = failure !== undefined ? "failed" : up ? "applied" : "rolled_back"
  const history: StateChange = {
    _tag: "History",
    item: { ...common, event, at: timestamp(now), duration_ms: durationMs, ...error }
  }
  // What was never sent to the store has changed nothing of what is known.
  if (failure !== undefined && (!up || failure.attempts === 0)) return [history]
  return [{ _tag: "Execution", execution: { ...common, status, at: now, ...error } }, history]
}

const describe = (failure: Failure): string =>
  [
    `${failure.code === undefined ? "" : `${failure.code} `}${failure.reason}`,
    ...(failure.detail === undefined ? [] : [failure.detail]),
    failure.line === undefined ? failure.path : `${failure.path}:${failure.line}:${failure.column ?? 1}`
  ].join("\n")
