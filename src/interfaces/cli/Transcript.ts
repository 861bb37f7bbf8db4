import type { Step } from "../../domain/Plan.ts"
import type { Event, RunResult } from "../../domain/Run.ts"
import * as Result from "../../pipeline/execute/Result.ts"
import type { Progress } from "./RenderProgress.ts"
import * as RenderRun from "./RenderRun.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** What has been heard of a run so far. */
export interface Transcript {
  readonly result: RunResult
  readonly view: RunView
  /** Steps that have begun and not ended, the oldest first. */
  readonly running: ReadonlyArray<Running>
  readonly waiting: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

interface Running {
  readonly step: Step
  readonly since: number
}

type RunView = RenderRun.RunView

const noView: RunView = { steps: new Map(), names: 0, places: 0, several: false }

export const empty = (now: number): Transcript => ({
  result: Result.initial,
  view: noView,
  running: [],
  waiting: "",
  startedAt: now
})

/** One more event at a time. */
export const step = (before: Transcript, event: Event, now: number): Transcript => {
  const heard = { ...before, result: Result.step(before.result, event) }
  switch (event._tag) {
    case "Planned":
      return { ...heard, view: RenderRun.view(event.plan) }
    case "LockWaiting": {
      const { connection, schema, holder } = event
      const place = schema === "" ? connection : `${connection}, schema ${schema}`
      return { ...heard, waiting: `waiting: ${place} is being migrated by ${holder}` }
    }
    case "StepStarted":
      return { ...heard, waiting: "", running: begun(before, event.id, now) }
    case "StepSucceeded":
    case "StepFailed":
    case "StepSkipped":
      return { ...heard, waiting: "", running: before.running.filter(({ step }) => step.id !== event.id) }
    default:
      return heard
  }
}

const begun = ({ running, view }: Transcript, id: string, now: number): ReadonlyArray<Running> => {
  const step = view.steps.get(id)
  return step === undefined ? running : [...running, { step, since: now }]
}

/** The lines that an event leaves behind. */
export const lines = (style: Style, { view }: Transcript, event: Event): ReadonlyArray<string> => {
  const about = (id: string, line: (step: Step) => string): ReadonlyArray<string> => {
    const step = view.steps.get(id)
    return step === undefined ? [] : [line(step)]
  }
  switch (event._tag) {
    case "StepSucceeded":
      return about(event.id, step => RenderRun.succeeded(style, view, step, event.duration_ms))
    case "StepFailed":
      return about(event.id, step => RenderRun.failed(style, view, step, event.failure.duration_ms))
    case "StepSkipped":
      return about(event.id, step => RenderRun.skipped(style, view, step, event.reason))
    default:
      return []
  }
}

/** What is worth a line for those who watch, and not part of what was asked for. */
export const asides = (style: Style, { view, waiting }: Transcript, event: Event): ReadonlyArray<string> => {
  switch (event._tag) {
    case "Warned":
      return [style.colour.yellow(`⚠ ${Text.clean(event.message)}`)]
    case "LockWaiting":
      return [style.colour.dim(`  … ${Text.clean(waiting)}`)]
    case "StepRetried": {
      const name = view.steps.get(event.id)?.name ?? event.id
      return [style.colour.dim(Text.clean(`  ↻ ${name}, attempt ${event.attempt}: ${event.reason}`))]
    }
    default:
      return []
  }
}

/** The run as it stands now, for the line that moves. */
export const progress = ({ result, running, waiting, startedAt }: Transcript, now: number): Progress => {
  const [first, ...others] = running
  const before = result.plan?.skipped.length ?? 0
  return {
    total: result.plan?.steps.length ?? 0,
    done: result.applied.length + result.skipped.length - before + result.failures.length,
    failed: result.failures.length,
    current: first === undefined ? "" : `${first.step.version} ${first.step.name}`,
    others: others.length,
    waiting,
    elapsed: now - startedAt,
    stepElapsed: first === undefined ? 0 : now - first.since
  }
}
