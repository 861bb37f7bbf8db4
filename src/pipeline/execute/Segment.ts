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

/** One that more steps are put into. */
interface Growing extends Segment {
  readonly steps: Array<Step>
  readonly after: Set<number>
}

const begin = (index: number, { connection, schema }: Step, after: ReadonlyArray<number>): Growing => ({
  index,
  connection,
  schema,
  steps: [],
  after: new Set(after)
})

/**
 * All steps of a connection in one segment, for a rehearsal: what one step has made, in whatever schema, the
 * next one sees only in the same transaction.
 */
export const whole = (plan: Plan): ReadonlyArray<Segment> => {
  const byConnection = new Map<string, Growing>()
  for (const step of plan.steps) {
    const segment = byConnection.get(step.connection) ?? begin(byConnection.size, step, [])
    segment.steps.push(step)
    byConnection.set(step.connection, segment)
  }
  return [...byConnection.values()]
}

/**
 * Cuts a plan into segments without changing its order. A segment waits for the one before it in its lane,
 * and for those that hold steps which its own steps need.
 */
export const cut = (plan: Plan): ReadonlyArray<Segment> => {
  const segments: Array<Growing> = []
  const lastOfLane = new Map<string, number>()
  const segmentOf = new Map<string, number>()
  for (const step of plan.steps) {
    const lane = laneOf(step)
    const previous = lastOfLane.get(lane)
    let current = segments.at(-1)
    if (current === undefined || current.index !== previous) {
      current = begin(segments.length, step, previous === undefined ? [] : [previous])
      segments.push(current)
      lastOfLane.set(lane, current.index)
    }
    current.steps.push(step)
    segmentOf.set(step.id, current.index)
    for (const id of step.after) {
      const needed = segmentOf.get(id)
      if (needed !== undefined && needed !== current.index) current.after.add(needed)
    }
  }
  return segments
}
