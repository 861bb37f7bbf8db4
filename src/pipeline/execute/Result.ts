import type { Plan } from "../../domain/Plan.ts"
import type { Event, RunResult } from "../../domain/Run.ts"
import * as Causes from "./Causes.ts"

/** The one list of which nothing has been said yet. */
const nothing: ReadonlyArray<never> = []

/** The result of a run of which nothing has been heard yet. */
export const initial: RunResult = {
  success: true,
  applied: nothing,
  skipped: nothing,
  errors: nothing,
  waiting: nothing,
  not_run: nothing,
  failures: nothing,
  causes: nothing,
  warnings: nothing,
  run_id: "",
  state: "succeeded",
  duration_ms: 0
}

/** A list grows where it is: of a run in thousands of schemas, a copy for each step would take minutes. */
const append = <A>(list: ReadonlyArray<A>, item: A): ReadonlyArray<A> => {
  if (list === nothing) return [item]
  // Only this fold has written to it; whoever holds an older result has no use for its lists any more.
  const own = list as Array<A>
  own.push(item)
  return own
}

/**
 * Folds one more event into the result. Every interface sees a run through this one function. The result that
 * was given is not to be looked at again.
 */
export const step = (result: RunResult, event: Event): RunResult => {
  switch (event._tag) {
    case "Planned":
      return result.plan === undefined
        ? { ...planned(event.plan), run_id: result.run_id, plan: event.plan }
        : goingOn(result, result.plan, event.plan)
    case "RunStarted":
      return { ...result, run_id: event.run_id, state: "running" }
    case "LockWaiting":
    case "StepStarted":
    case "StepRetried":
      return result
    case "StepSucceeded":
      return { ...result, applied: append(result.applied, event.id) }
    case "StepSkipped":
      return { ...result, skipped: append(result.skipped, event.id) }
    case "StepFailed":
      return {
        ...result,
        success: false,
        errors: append(result.errors, `${event.failure.id}: ${event.failure.reason}`),
        failures: append(result.failures, event.failure),
        causes: Causes.add(result.causes, event.failure)
      }
    case "StepNotRun":
      return {
        ...result,
        success: false,
        not_run: append(result.not_run, { id: event.id, reason: event.reason })
      }
    case "Warned":
      return { ...result, warnings: append(result.warnings, event.message) }
    case "RunFinished":
      return {
        ...result,
        success: result.success && event.state === "succeeded",
        state: event.state,
        duration_ms: event.duration_ms
      }
  }
}

/** What a plan alone says: nothing applied yet. */
const planned = (plan: Plan): RunResult => ({
  ...initial,
  skipped: plan.skipped.map(({ id }) => id),
  waiting: plan.waiting.map(({ id }) => id)
})

/**
 * Another process goes on with the run, or it is resumed, and only the rest is planned. What its first owner could not
 * tell any more is in the ledgers: the plan does not have it.
 */
const goingOn = (result: RunResult, before: Plan, plan: Plan): RunResult => {
  const left = new Set(plan.steps.map(({ id }) => id))
  const skipped = new Set(result.skipped)
  const done = before.steps.filter(({ id }) => !left.has(id) && !skipped.has(id))
  const applied = new Set([...result.applied.filter(id => !left.has(id)), ...done.map(({ id }) => id)])
  return {
    ...planned(plan),
    run_id: result.run_id,
    applied: [...applied],
    skipped: result.skipped,
    plan: { ...plan, steps: [...done, ...plan.steps], skipped: before.skipped }
  }
}

/** The result of a dry run: the same shape, each id marked. */
export const dryRun = (plan: Plan): RunResult => ({
  ...planned(plan),
  applied: plan.steps.map(({ id }) => `${id} (dry-run)`),
  plan
})
