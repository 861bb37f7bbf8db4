import type { Event, RunResult } from "../../domain/Run.ts"

/** What a rehearsal came to, as the events of it: how long each step took is not known any more. */
export const events = (result: RunResult): ReadonlyArray<Event> => {
  const { plan, applied, failures, not_run, warnings, run_id, state, duration_ms } = result
  if (plan === undefined) return []
  const succeeded = new Set(applied)
  const failed = new Map(failures.map(failure => [failure.id, failure]))
  const left = new Map(not_run.map(({ id, reason }) => [id, reason]))
  const steps = plan.steps.flatMap(({ id, position }): ReadonlyArray<Event> => {
    const failure = failed.get(id)
    const reason = left.get(id)
    if (failure !== undefined) return [{ _tag: "StepFailed", id, position, failure }]
    if (reason !== undefined) return [{ _tag: "StepNotRun", id, position, reason }]
    return succeeded.has(id) ? [{ _tag: "StepSucceeded", id, position, duration_ms: 0 }] : []
  })
  return [
    { _tag: "Planned", plan },
    ...steps,
    ...warnings.map((message): Event => ({ _tag: "Warned", message })),
    { _tag: "RunFinished", run_id, state, duration_ms }
  ]
}
