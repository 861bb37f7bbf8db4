import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Actor } from "../../domain/Actor.ts"
import type { Asked } from "../../domain/Asked.ts"
import type { Backend } from "../../domain/Backend.ts"
import type { BfmError } from "../../domain/Errors.ts"
import type { Execution } from "../../domain/Execution.ts"
import type { HistoryItem } from "../../domain/History.ts"
import type { Plan, Step } from "../../domain/Plan.ts"
import type { Event, Failure, Run } from "../../domain/Run.ts"
import type { StateChange } from "../../ports/StateStore.ts"
import * as Course from "./Course.ts"
import * as Kept from "./Kept.ts"
import type { Tell } from "./Ongoing.ts"
import { timestamp } from "./Reconcile.ts"
import type { Recorder } from "./Recorder.ts"

/** What is known of a run before its first event. */
export interface Beginning {
  readonly run: Run
  readonly asked?: Asked | undefined
  /** Whoever has a smaller one is not heard any more. */
  readonly fence: number
  /** The number of the last event that another owner told. */
  readonly after: number
}

/** Turns the events of one run into what the state remembers of it. */
export interface RunRecord {
  readonly run: () => Run
  readonly tell: Tell
  /** From now on the state hears of the run, and of what was told of it before. */
  readonly open: Effect.Effect<void>
  readonly isOpen: () => boolean
  /** The run came to nothing. */
  readonly refuse: (error: BfmError) => Effect.Effect<void>
  /** The run goes on, but not here: it waits for a worker again. */
  readonly leave: Effect.Effect<void>
}

export const make = (recorder: Recorder, { run, asked, fence, after }: Beginning): RunRecord => {
  const course = Course.make(run)
  let sequence = after
  let early: ReadonlyArray<StateChange> | undefined = []
  const offer = (changes: ReadonlyArray<StateChange>) => {
    if (early === undefined) return recorder.offer(changes)
    early = [...early, ...changes]
    return Effect.void
  }
  const note = (current: Run): StateChange => ({ _tag: "Run", run: current, fence })
  return {
    run: course.run,
    isOpen: () => early === undefined,
    tell: events =>
      Effect.flatMap(Clock.currentTimeMillis, now => {
        if (events.length === 0) return Effect.void
        const told = { runId: run.id, fence, first: sequence + 1, events: events.map(Kept.event) }
        sequence += events.length
        const changes = events.flatMap(event =>
          changesOf(course.hear(event, now), event, course.steps(), now)
        )
        return offer([note(course.run()), { _tag: "Events", ...told }, ...changes])
      }),
    open: Effect.suspend(() => {
      const before = early ?? []
      if (early === undefined) return Effect.void
      early = undefined
      const first: ReadonlyArray<StateChange> =
        asked === undefined ? [] : [{ _tag: "Asked", runId: run.id, asked }]
      return recorder.offer([note(course.run()), ...first, ...before])
    }),
    refuse: error =>
      Effect.flatMap(Clock.currentTimeMillis, now => {
        const failed = course.note({ state: "failed", finished_at: now, error: error.message })
        return offer([{ _tag: "Run", run: failed, fence, refusal: error }])
      }),
    leave: Effect.suspend(() => {
      const { owner: _, finished_at: __, ...rest } = course.note({ state: "queued", failed: 0, not_run: 0 })
      return offer([note({ ...rest, running: 0, pending: rest.pending + rest.running })])
    })
  }
}

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

const changesOf = (
  run: Run,
  event: Event,
  steps: ReadonlyMap<string, Step>,
  now: number
): ReadonlyArray<StateChange> => {
  switch (event._tag) {
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
