import type { Plan, Step, Unit } from "../../domain/Plan.ts"

/** Steps that are shown once, though they stand in the plan for several schemas. */
export interface FanOut {
  /** Of the first schema. */
  readonly steps: ReadonlyArray<Step>
  /** All of them, in their order; one where the steps stand for themselves. */
  readonly schemas: ReadonlyArray<string>
  /** Whether what is sent names the schema, so that it reads differently in each. */
  readonly varies: boolean
}

/** Up to so many schemas are shown one by one. */
const fewest = 10

/** What a plan does, with schemas next to each other taken together where each of them goes through the same. */
export const of = ({ steps }: Plan): ReadonlyArray<FanOut> => {
  const groups: Array<{ readonly lanes: Array<ReadonlyArray<Step>>; varies: boolean }> = []
  for (const lane of lanesOf(steps)) {
    const last = groups.at(-1)
    const model = last?.lanes[0]
    if (last === undefined || model === undefined || !isAlike(model, lane)) {
      groups.push({ lanes: [lane], varies: false })
      continue
    }
    last.lanes.push(lane)
    last.varies ||= lane.some((step, at) => !saysTheSame(step.units, model[at]?.units ?? []))
  }
  return groups.flatMap(({ lanes, varies }) => {
    const [first = []] = lanes
    return lanes.length > fewest
      ? [{ steps: first, schemas: lanes.map(schemaOf), varies }]
      : lanes.map(lane => ({ steps: lane, schemas: [schemaOf(lane)], varies: false }))
  })
}

const schemaOf = (lane: ReadonlyArray<Step>): string => lane[0]?.schema ?? ""

/** Steps of one schema that follow each other. */
const lanesOf = (steps: ReadonlyArray<Step>): ReadonlyArray<ReadonlyArray<Step>> => {
  const lanes: Array<Array<Step>> = []
  for (const step of steps) {
    const lane = lanes.at(-1)
    const before = lane?.[0]
    if (lane !== undefined && before?.schema === step.schema && before.connection === step.connection)
      lane.push(step)
    else lanes.push([step])
  }
  return lanes
}

const isAlike = (model: ReadonlyArray<Step>, lane: ReadonlyArray<Step>): boolean =>
  model.length === lane.length && lane.every((step, at) => isAlikeStep(model[at], step))

/** What was begun before, or creates its schema, is something that a person wants to see by itself. */
const isAlikeStep = (model: Step | undefined, step: Step): boolean =>
  model?.migration_id === step.migration_id &&
  step.resume_at === 0 &&
  !step.in_doubt &&
  model.resume_at === 0 &&
  !model.in_doubt &&
  model.creates_schema === step.creates_schema &&
  model.unwrapped === step.unwrapped &&
  model.warnings.join() === step.warnings.join()

const saysTheSame = (a: ReadonlyArray<Unit>, b: ReadonlyArray<Unit>): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((unit, at) => {
      const other = b[at]?.statements ?? []
      return (
        unit.statements.length === other.length &&
        unit.statements.every(({ text }, index) => text === other[index]?.text)
      )
    }))
