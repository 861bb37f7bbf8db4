import type { Plan, Step } from "../../domain/Plan.ts"
import type { Event, RunState } from "../../domain/Run.ts"
import { laneOf } from "./Segment.ts"

/** What became of the steps of a run, as far as it has come. */
export interface Tally {
  /** Shown ids of steps that have begun. */
  readonly begun: Set<string>
  /** Of steps that failed or were not run. */
  readonly failed: Set<string>
  /** Those of them that were not run. */
  readonly notRun: Set<string>
  /** The lanes of these, with the id of the first. */
  readonly failedLanes: Map<string, string>
  /** The lanes in which a step failed, with its id. */
  readonly brokenLanes: Map<string, string>
  /** Shown ids of steps of which the end was told. */
  readonly finished: Set<string>
}

export const make = (): Tally => ({
  begun: new Set(),
  failed: new Set(),
  notRun: new Set(),
  failedLanes: new Map(),
  brokenLanes: new Map(),
  finished: new Set()
})

export const note = (tally: Tally, { steps }: Plan, event: Event): void => {
  switch (event._tag) {
    case "StepStarted":
      tally.begun.add(event.id)
      return
    case "StepFailed":
    case "StepNotRun": {
      const step = steps[event.position - 1]
      const lane = step === undefined ? undefined : laneOf(step)
      if (lane !== undefined && !tally.failedLanes.has(lane)) tally.failedLanes.set(lane, event.id)
      if (event._tag === "StepFailed" && lane !== undefined && !tally.brokenLanes.has(lane))
        tally.brokenLanes.set(lane, event.id)
      tally.failed.add(event.id)
      if (event._tag === "StepNotRun") tally.notRun.add(event.id)
      tally.finished.add(event.id)
      return
    }
    case "StepSucceeded":
    case "StepSkipped":
      tally.finished.add(event.id)
  }
}

/** Why what has failed so far keeps a step from running. */
export const obstacle = ({ failed, failedLanes }: Tally, step: Step): string | undefined => {
  if (failed.size === 0) return undefined
  const needed = step.after.find(id => failed.has(id))
  if (needed !== undefined) return `it depends on ${needed}`
  const earlier = failedLanes.get(laneOf(step))
  return earlier === undefined ? undefined : `${earlier} comes before it in the same schema`
}

/** Without a failure, steps are left only when the run was told to stop, or pauses. */
export const ended = ({ failed, notRun }: Tally, halted: boolean): RunState => {
  if (failed.size > notRun.size) return "failed"
  if (notRun.size === 0) return "succeeded"
  return halted ? "cancelled" : "paused"
}
