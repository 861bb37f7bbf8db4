import { pipe } from "effect/Function"
import * as Match from "effect/Match"
import type { Plan } from "../domain/Plan.ts"
import type { Event, RunResult } from "../domain/Run.ts"

/** The result of a run of which nothing has been heard yet. */
export const initial: RunResult = {
  success: true,
  applied: [],
  skipped: [],
  errors: [],
  waiting: [],
  not_run: [],
  failures: [],
  warnings: [],
  run_id: "",
  state: "succeeded",
  duration_ms: 0
}

/** Folds one more event into the result. Every interface sees a run through this one function. */
export const step = (result: RunResult, event: Event): RunResult =>
  pipe(
    Match.value(event),
    Match.tagsExhaustive({
      Planned: ({ plan }) => ({ ...planned(plan), run_id: result.run_id, plan }),
      RunStarted: ({ run_id }) => ({ ...result, run_id, state: "running" as const }),
      LockWaiting: () => result,
      StepStarted: () => result,
      StepRetried: () => result,
      StepSucceeded: ({ id }) => ({ ...result, applied: [...result.applied, id] }),
      StepSkipped: ({ id }) => ({ ...result, skipped: [...result.skipped, id] }),
      StepFailed: ({ failure }) => ({
        ...result,
        success: false,
        errors: [...result.errors, `${failure.id}: ${failure.reason}`],
        failures: [...result.failures, failure]
      }),
      StepNotRun: ({ id, reason }) => ({
        ...result,
        success: false,
        not_run: [...result.not_run, { id, reason }]
      }),
      Warned: ({ message }) => ({ ...result, warnings: [...result.warnings, message] }),
      RunFinished: ({ state, duration_ms }) => ({
        ...result,
        success: result.success && state === "succeeded",
        state,
        duration_ms
      })
    })
  )

/** What a plan alone says: nothing applied yet. */
const planned = (plan: Plan): RunResult => ({
  ...initial,
  skipped: plan.skipped.map(({ id }) => id),
  waiting: plan.waiting.map(({ id }) => id)
})

/** The result of a dry run: the same shape, each id marked. */
export const dryRun = (plan: Plan): RunResult => ({
  ...planned(plan),
  applied: plan.steps.map(({ id }) => `${id} (dry-run)`),
  plan
})
