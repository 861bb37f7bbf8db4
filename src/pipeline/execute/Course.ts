import type { Actor } from "../../domain/Actor.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Order } from "../../domain/Request.ts"
import type { Event, Run } from "../../domain/Run.ts"
import type * as Permission from "./Permission.ts"

/** A run as it stands, event after event. */
export interface Course {
  readonly run: () => Run
  /** Takes one more event in, and says how the run stands then. */
  readonly hear: (event: Event, now: number) => Run
  /** Takes in what is known besides. */
  readonly note: (part: Partial<Run>) => Run
  /** Of the plan, by their shown ids. */
  readonly steps: () => ReadonlyMap<string, Step>
}

/** A run of which nothing has been heard yet. */
export const queued = (
  id: string,
  actor: Actor,
  order: Order,
  now: number,
  permitted?: Permission.Connections
): Run => {
  const named = order._tag === "Up" ? order.request.target.connections : []
  const connections = named.length > 0 ? named : permitted
  return {
    id,
    actor,
    direction: order._tag === "Up" ? "up" : "down",
    ...(connections === undefined ? {} : { connections }),
    plan_hash: "",
    state: "queued",
    started_at: now,
    ...{ total: 0, pending: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, not_run: 0 }
  }
}

export const make = (start: Run): Course => {
  let run = start
  let steps: ReadonlyMap<string, Step> = new Map()
  /** Steps that have begun and not ended. */
  const begun = new Set<string>()
  const become = (next: Run): Run => {
    const { total, succeeded, failed, skipped, not_run } = next
    const running = next.finished_at === undefined ? begun.size : 0
    run = { ...next, running, pending: total - running - succeeded - failed - skipped - not_run }
    return run
  }
  return {
    run: () => run,
    steps: () => steps,
    note: part => become({ ...run, ...part }),
    hear: (event, now) => {
      if (event._tag === "Planned") steps = new Map(event.plan.steps.map(step => [step.id, step]))
      else if (event._tag === "StepStarted") begun.add(event.id)
      else if ("position" in event) begun.delete(event.id)
      return become(advance(run, event, steps, now))
    }
  }
}

const advance = (run: Run, event: Event, steps: ReadonlyMap<string, Step>, now: number): Run => {
  switch (event._tag) {
    case "Planned":
      return planned(run, event.plan)
    case "LockWaiting":
      return { ...run, current: `waiting for ${event.holder}` }
    case "StepStarted": {
      const step = steps.get(event.id)
      return { ...run, current: `step ${event.position} of ${steps.size}: ${step?.name ?? event.id}` }
    }
    case "StepSucceeded":
      return { ...run, succeeded: run.succeeded + 1 }
    case "StepFailed":
      return { ...run, failed: run.failed + 1 }
    case "StepSkipped":
      return { ...run, skipped: run.skipped + 1 }
    case "StepNotRun":
      return { ...run, not_run: run.not_run + 1 }
    case "RunFinished":
      return { ...run, state: event.state, finished_at: now }
    default:
      return run
  }
}

/**
 * Of a run that another process has begun only the rest is planned: what the plan does not have any more is done,
 * for so the ledgers say, and what failed or did not run is tried once more.
 */
const planned = (run: Run, plan: { readonly hash: string; readonly steps: ReadonlyArray<Step> }): Run => {
  const total = Math.max(run.total, plan.steps.length)
  return {
    ...run,
    ...reaching(run, plan.steps),
    state: "running",
    plan_hash: run.plan_hash === "" ? plan.hash : run.plan_hash,
    total,
    succeeded: Math.max(0, total - plan.steps.length - run.skipped),
    failed: 0,
    not_run: 0
  }
}

/** Dependencies lead further than what was asked for; whoever asked for everything is told nothing more. */
const reaching = ({ direction, connections }: Run, steps: ReadonlyArray<Step>): Pick<Run, "connections"> => {
  if (connections === undefined && direction === "up") return {}
  return { connections: [...new Set([...(connections ?? []), ...steps.map(step => step.connection)])] }
}
