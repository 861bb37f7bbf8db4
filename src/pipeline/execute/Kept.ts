import type { Plan, Step } from "../../domain/Plan.ts"
import type { Event } from "../../domain/Run.ts"

/** Characters of statements that are kept with a run; of a larger plan the steps are kept without them. */
const largestScript = 400_000

/** Steps that are kept; of a plan with more the first so many. */
const mostSteps = 20_000

/** An event as the state keeps it: the same, unless it has a huge plan. */
export const event = (event: Event): Event =>
  event._tag === "Planned" ? { ...event, plan: plan(event.plan) } : event

const plan = (plan: Plan): Plan => {
  const { steps, skipped, waiting } = plan
  const size = steps.reduce((sum, step) => sum + sizeOf(step), 0)
  const notes = [
    ...(size > largestScript ? ["its statements"] : []),
    ...([steps, skipped, waiting].some(list => list.length > mostSteps)
      ? [`what comes after the first ${mostSteps} of ${steps.length} steps`]
      : [])
  ]
  if (notes.length === 0) return plan
  const kept = steps.slice(0, mostSteps)
  return {
    ...plan,
    steps: size > largestScript ? kept.map(step => ({ ...step, units: [] })) : kept,
    skipped: skipped.slice(0, mostSteps),
    waiting: waiting.slice(0, mostSteps),
    left_out: notes.join(", and ")
  }
}

const sizeOf = ({ units }: Step): number =>
  units.reduce((sum, unit) => unit.statements.reduce((more, { text }) => more + text.length, sum), 0)
