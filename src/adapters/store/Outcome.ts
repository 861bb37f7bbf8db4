import * as Excerpt from "../../domain/Excerpt.ts"
import type { Step } from "../../domain/Plan.ts"
import { type Failure, failing } from "../../domain/Run.ts"
import type { StepOutcome } from "../../ports/Connections.ts"

/** What a store said when it refused, or what is known instead. */
export interface Fault {
  readonly reason: string
  /** The store's own code, or one of ours, which begin with `BF`. */
  readonly code?: string | undefined
  readonly detail?: string | undefined
  readonly hint?: string | undefined
}

/** Where in its source a statement stands; 1-based. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly statement: string
}

/** What is known beside the fault itself. */
export interface Circumstances {
  /** What is left of the step, and what the next run does about it. */
  readonly aftermath: string
  readonly attempts: number
  readonly durationMs: number
  readonly blockedBy?: string | undefined
}

export const nothingLeft = "nothing of it is left in place"

/** The fault of a step as everybody is told of it. */
export const failed = (
  step: Step,
  { reason, code, detail, hint }: Fault,
  { aftermath, attempts, durationMs, blockedBy }: Circumstances,
  place?: Place
): StepOutcome => {
  const failure: Failure = {
    ...failing(step),
    reason: Excerpt.ofWords(reason),
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail: Excerpt.ofWords(detail) }),
    ...(hint === undefined ? {} : { hint: Excerpt.ofWords(hint) }),
    ...(place === undefined ? {} : { ...place, statement: Excerpt.ofStatement(place.statement) }),
    aftermath,
    ...(blockedBy === undefined ? {} : { blocked_by: blockedBy }),
    attempts,
    duration_ms: durationMs
  }
  return { _tag: "Failed", step, failure }
}
