import type { Plan, Step } from "../../domain/Plan.ts"

/** Consecutive steps of a plan in the same connection and schema: one session runs them. */
export interface Segment {
  readonly index: number
  readonly connection: string
  readonly schema: string
  readonly steps: ReadonlyArray<Step>
  /** Segments that must have ended before this one begins; all of them come earlier in the plan. */
  readonly after: ReadonlySet<number>
}

/** A lane is what one lock covers: one schema of one connection. */
export const laneOf = ({
  connection,
  schema
}: {
  readonly connection: string
  readonly schema: string
}): string => `${connection} ${schema}`

/** Whether a plan has more than one lane. */
export const several = ({ steps }: Plan): boolean =>
  steps.some(({ connection, schema }) => connection !== steps[0]?.connection || schema !== steps[0]?.schema)

/**
 * All steps of a connection in one segment, for a rehearsal: what one step has made, in whatever schema, the
 * next one sees only in the same transaction.
 */
export const whole = (plan: Plan): ReadonlyArray<Segment> => {
  const byConnection = new Map<string, Array<Step>>()
  for (const step of plan.steps) {
    const steps = byConnection.get(step.connection)
    if (steps === undefined) byConnection.set(step.connection, [step])
    else steps.push(step)
  }
  return [...byConnection].map(([connection, steps], index) => ({
    index,
    connection,
    schema: steps[0]?.schema ?? "",
    steps,
    after: new Set()
  }))
}

/**
 * Cuts a plan into segments without changing its order. A segment waits for the one before it in its lane,
 * and for those that hold steps which its own steps need.
 */
export const cut = (plan: Plan): ReadonlyArray<Segment> => {
  const segments: Array<{ steps: Array<Step>; after: Set<number>; lane: string }> = []
  const lastOfLane = new Map<string, number>()
  const segmentOf = new Map<string, number>()
  for (const step of plan.steps) {
    const lane = laneOf(step)
    let current = segments.at(-1)
    if (current === undefined || current.lane !== lane) {
      const previous = lastOfLane.get(lane)
      current = { lane, steps: [], after: new Set(previous === undefined ? [] : [previous]) }
      segments.push(current)
      lastOfLane.set(lane, segments.length - 1)
    }
    const index = segments.length - 1
    current.steps.push(step)
    segmentOf.set(step.id, index)
    for (const id of step.after) {
      const needed = segmentOf.get(id)
      if (needed !== undefined && needed !== index) current.after.add(needed)
    }
  }
  return segments.flatMap(({ steps, after }, index) => {
    const [first] = steps
    return first === undefined
      ? []
      : [{ index, connection: first.connection, schema: first.schema, steps, after }]
  })
}
