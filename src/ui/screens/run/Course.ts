import type { Client, Plan, Run } from "bfm/client"

/** How one step of a run stands. `stopped`: it did not run, because of something before it. */
export type StepState = "waiting" | "running" | "applied" | "skipped" | "failed" | "stopped"

export interface StepCourse {
  readonly step: Plan.Step
  readonly state: StepState
  /** Milliseconds. */
  readonly took?: number
  /** Why it did not run, or is tried again. */
  readonly said?: string
  readonly failure?: Run.Failure
}

/** One line of what happened. */
export interface Line {
  readonly key: number
  readonly text: string
}

/** A run as far as it has been heard. */
export interface Course {
  readonly plan: Plan.Plan | undefined
  /** By the shown id of each step, in the order of the plan. */
  readonly steps: ReadonlyMap<string, StepCourse>
  readonly warnings: ReadonlyArray<string>
  readonly lines: ReadonlyArray<Line>
  /** Who holds what it waits for. */
  readonly held: string | undefined
  readonly finished: Run.RunState | undefined
  /** The number of the last event. */
  readonly last: number
}

export const silent: Course = {
  plan: undefined,
  steps: new Map(),
  warnings: [],
  lines: [],
  held: undefined,
  finished: undefined,
  last: 0
}

/** One event, as it was told. */
export type Heard = Extract<Client.Followed, { readonly _tag: "Event" }>

/** So many lines are kept. */
const memory = 500

/** The course after more was heard. What is heard together is copied once. */
export const after = (course: Course, heard: ReadonlyArray<Heard>): Course => {
  const steps = new Map(course.steps)
  let next: Course = { ...course, steps }
  const lines = [...course.lines]
  for (const { event, sequence } of heard) {
    next = { ...advance(next, steps, event), last: sequence ?? next.last }
    lines.push({ key: sequence ?? lines.length, text: lineOf(event) })
  }
  return { ...next, lines: lines.slice(-memory) }
}

const advance = (course: Course, steps: Map<string, StepCourse>, event: Run.Event): Course => {
  const set = (id: string, part: Partial<StepCourse>) => {
    const known = steps.get(id)
    if (known !== undefined) steps.set(id, { ...known, ...part })
  }
  switch (event._tag) {
    case "Planned":
      for (const [id, known] of steps) {
        // Who goes on with the run plans only the rest: what was begun and is not part of it is done.
        if (known.state === "running" || known.state === "waiting")
          steps.set(id, { ...known, state: "applied" })
      }
      for (const step of event.plan.steps) steps.set(step.id, { step, state: "waiting" })
      return { ...course, plan: event.plan }
    case "RunStarted":
      return { ...course, held: undefined }
    case "LockWaiting":
      return { ...course, held: event.holder }
    case "StepStarted":
      set(event.id, { state: "running" })
      return { ...course, held: undefined }
    case "StepRetried":
      set(event.id, { said: `attempt ${event.attempt}: ${event.reason}` })
      return course
    case "StepSucceeded":
      set(event.id, { state: "applied", took: event.duration_ms })
      return course
    case "StepSkipped":
      set(event.id, { state: "skipped", said: event.reason })
      return course
    case "StepFailed":
      set(event.id, { state: "failed", failure: event.failure, took: event.failure.duration_ms })
      return course
    case "StepNotRun":
      set(event.id, { state: "stopped", said: event.reason })
      return course
    case "Warned":
      return { ...course, warnings: [...course.warnings, event.message] }
    case "RunFinished":
      return { ...course, finished: event.state }
  }
}

const lineOf = (event: Run.Event): string => {
  switch (event._tag) {
    case "Planned":
      return `planned ${event.plan.steps.length} steps (${event.plan.hash})`
    case "RunStarted":
      return `began with ${event.total} steps`
    case "LockWaiting":
      return `waits for ${event.connection} ${event.schema}, held by ${event.holder}`
    case "StepStarted":
      return `${event.id} began`
    case "StepRetried":
      return `${event.id} is tried again: ${event.reason}`
    case "StepSucceeded":
      return `${event.id} done in ${Math.round(event.duration_ms)}ms`
    case "StepSkipped":
      return `${event.id} skipped: ${event.reason}`
    case "StepFailed":
      return `${event.id} failed: ${event.failure.reason}`
    case "StepNotRun":
      return `${event.id} did not run: ${event.reason}`
    case "Warned":
      return event.message
    case "RunFinished":
      return `ended: ${event.state}`
  }
}

/** How many steps stand how. */
export const counts = (steps: Iterable<StepCourse>): Readonly<Record<StepState, number>> => {
  const found = { waiting: 0, running: 0, applied: 0, skipped: 0, failed: 0, stopped: 0 }
  for (const { state } of steps) found[state]++
  return found
}

/** One schema of one connection, with the worst that its steps have come to. */
export interface Lane {
  readonly key: string
  readonly connection: string
  readonly schema: string
  readonly state: StepState
}

const urgency: ReadonlyArray<StepState> = ["failed", "running", "stopped", "waiting", "applied", "skipped"]

export const lanes = (steps: Iterable<StepCourse>): ReadonlyArray<Lane> => {
  const found = new Map<string, Lane>()
  for (const { step, state } of steps) {
    const key = `${step.connection} ${step.schema}`
    const known = found.get(key)
    if (known === undefined || urgency.indexOf(state) < urgency.indexOf(known.state))
      found.set(key, { key, connection: step.connection, schema: step.schema, state })
  }
  return [...found.values()]
}
