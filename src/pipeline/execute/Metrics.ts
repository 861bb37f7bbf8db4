import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import type { Plan, Step } from "../../domain/Plan.ts"
import type { Event } from "../../domain/Run.ts"
import type { ConnectionStatus } from "../../domain/Status.ts"

/** Runs that ended, by `direction` and `state`. */
const runs = Metric.counter("bfm_runs_total", { description: "Runs that ended", incremental: true })

/** Runs that have begun and not ended in this process. */
export const active = Metric.gauge("bfm_runs_active", { description: "Runs under way in this process" })

/** Steps that ended, by `backend`, `connection`, `direction` and `outcome`. */
const steps = Metric.counter("bfm_steps_total", { description: "Steps that ended", incremental: true })

const seconds = MetricBoundaries.fromIterable([
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800
])

/** Seconds that a step took, by `backend` and `connection`. */
const durations = Metric.histogram("bfm_step_duration_seconds", seconds, "How long steps took")

/** How often a run had to wait for another one, by `connection`. */
const waits = Metric.counter("bfm_lock_waits_total", {
  description: "How often a run waited for another one",
  incremental: true
})

/** How often a step was tried again because it could not get a lock of its store, by `connection`. */
const retries = Metric.counter("bfm_step_retries_total", {
  description: "How often a step was tried again",
  incremental: true
})

/** How often a run of the fleet stood still and was handed out once more, by `reason`. */
const stalls = Metric.counter("bfm_runs_stalled_total", {
  description: "How often a run stood still and was handed to another worker",
  incremental: true
})

type StallReason = "not_begun" | "worker_silent"

export const stalled = (reason: StallReason): Effect.Effect<void> => count(stalls, { reason })

/** Migrations in all their schemas, by `connection`, `backend` and `status`. */
const migrations = Metric.gauge("bfm_migrations", {
  description: "Migrations in all their schemas, by status"
})

/** Whether a connection answers, by `connection` and `backend`. */
const up = Metric.gauge("bfm_connection_up", { description: "1 when the connection could be asked" })

/** Counts what happens in a run. Nothing that is counted is named by an id: there would be no end of them. */
export const observe = (plan: Plan | undefined, events: ReadonlyArray<Event>): Effect.Effect<void> =>
  // Thousands of steps end in a run: not an effect for each of them.
  Effect.map(FiberRef.get(FiberRef.currentMetricLabels), tags => {
    for (const event of events) {
      for (const { metric, value } of countedBy(plan, event)) metric.unsafeUpdate(value, tags)
    }
  })

type Tags = ReadonlyArray<MetricLabel.MetricLabel>

/** One more of something, or one that took so long. */
interface Counted {
  readonly metric: { readonly unsafeUpdate: (value: number, tags: Tags) => void }
  readonly value: number
}

const countedBy = (plan: Plan | undefined, event: Event): ReadonlyArray<Counted> => {
  const step = plan === undefined || !("position" in event) ? undefined : plan.steps[event.position - 1]
  switch (event._tag) {
    case "StepSucceeded":
      return ended(step, "succeeded", event.duration_ms)
    case "StepFailed":
      return ended(step, "failed", event.failure.duration_ms)
    case "StepSkipped":
      return ended(step, "skipped", undefined)
    case "StepNotRun":
      return ended(step, "not_run", undefined)
    case "StepRetried": {
      const retried = plan?.steps.find(({ id }) => id === event.id)
      return retried === undefined ? [] : [one(retries, { connection: retried.connection })]
    }
    case "LockWaiting":
      return [one(waits, { connection: event.connection })]
    case "RunFinished":
      return [one(runs, { direction: plan?.direction ?? "up", state: event.state })]
    default:
      return []
  }
}

/** How things stand, for whoever looks next. */
export const standing = (connections: ReadonlyArray<ConnectionStatus>): Effect.Effect<void> =>
  Effect.forEach(
    connections.filter(({ configured }) => configured),
    ({ connection, backend, error, counts }) =>
      Effect.all([
        set(up, { connection, backend }, error === undefined ? 1 : 0),
        Effect.forEach(statuses, status =>
          set(migrations, { connection, backend, status }, counts[status] ?? 0)
        ),
        count(waits, { connection }, 0),
        count(retries, { connection }, 0)
      ]),
    { discard: true }
  ).pipe(Effect.zipRight(Effect.forEach(reasons, reason => count(stalls, { reason }, 0), { discard: true })))

// Told also where there are none: an alert on a value that is not there never rings.
const reasons: ReadonlyArray<StallReason> = ["not_begun", "worker_silent"]
const statuses = [
  "pending",
  "applied",
  "failed",
  "changed",
  "interrupted",
  "running",
  "missing",
  "rolled_back"
]

const ended = (
  step: Step | undefined,
  outcome: string,
  milliseconds: number | undefined
): ReadonlyArray<Counted> => {
  if (step === undefined) return []
  const { backend, connection, direction } = step
  const counted = { metric: stepsBy({ backend, connection, direction, outcome }), value: 1 }
  if (milliseconds === undefined) return [counted]
  return [counted, { metric: durationsBy({ backend, connection }), value: milliseconds / 1000 }]
}

type Labels = Readonly<Record<string, string>>

/** The metric with some labels is made once: to make it costs more than to count. */
const remembered = <Type, Out>(metric: Metric.Metric<Type, number, Out>) => {
  const known = new Map<string, Counted["metric"]>()
  return (by: Labels): Counted["metric"] => {
    const key = JSON.stringify(by)
    const labelled = known.get(key) ?? Metric.taggedWithLabels(metric, labels(by))
    known.set(key, labelled)
    return labelled
  }
}

const stepsBy = remembered(steps)
const durationsBy = remembered(durations)

const one = (counter: Metric.Metric.Counter<number>, by: Labels): Counted => ({
  metric: Metric.taggedWithLabels(counter, labels(by)),
  value: 1
})

const labels = (values: Labels) => Object.entries(values).map(([key, value]) => MetricLabel.make(key, value))

const count = (counter: Metric.Metric.Counter<number>, by: Labels, times = 1): Effect.Effect<void> =>
  Metric.incrementBy(Metric.taggedWithLabels(counter, labels(by)), times)

const set = (gauge: Metric.Metric.Gauge<number>, by: Labels, value: number): Effect.Effect<void> =>
  Metric.set(Metric.taggedWithLabels(gauge, labels(by)), value)
