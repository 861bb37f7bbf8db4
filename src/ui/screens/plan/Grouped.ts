import type { Plan } from "bfm/client"

/** One migration of a plan, in every schema in which it would run. */
export interface Group {
  /** The first of its steps speaks for all: the others differ in their schema only. */
  readonly step: Plan.Step
  readonly steps: ReadonlyArray<Plan.Step>
}

/** In the order in which each would first run. */
export const grouped = (steps: ReadonlyArray<Plan.Step>): ReadonlyArray<Group> => {
  const groups = new Map<string, Array<Plan.Step>>()
  for (const step of steps) {
    const known = groups.get(step.migration_id)
    if (known === undefined) groups.set(step.migration_id, [step])
    else known.push(step)
  }
  return [...groups.values()].flatMap(all => {
    const [step] = all
    return step === undefined ? [] : [{ step, steps: all }]
  })
}

/** What somebody has to type before the plan is carried out; nothing where that is not needed. */
export const wordFor = ({ direction, steps }: Plan.Plan): string | undefined =>
  direction === "down" ? steps.at(-1)?.name : steps.find(({ destructive }) => destructive)?.name
