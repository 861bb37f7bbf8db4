import type { Step } from "../../domain/Plan.ts"
import type { Failure } from "../../domain/Run.ts"
import type { StepOutcome } from "../../ports/Connections.ts"
import type { Fault } from "./Fault.ts"
import { locate } from "./Locate.ts"

/** What is known beside the fault itself. */
export interface Circumstances {
  readonly aftermath: string
  readonly attempts: number
  readonly durationMs: number
  readonly blockedBy?: string | undefined
  /** Position of the unit that failed, where units are sent one by one. */
  readonly unit?: number
}

export const nothingLeft = "nothing of it is left in place"

/** The fault of a step as everybody is told of it. */
export const failed = (step: Step, fault: Fault, circumstances: Circumstances): StepOutcome => {
  const place = fault._tag === "Refused" ? locate(step, fault, circumstances.unit) : undefined
  const failure: Failure = {
    id: step.id,
    migration_id: step.migration_id,
    connection: step.connection,
    schema: step.schema,
    version: step.version,
    name: step.name,
    direction: step.direction,
    reason: fault.reason,
    ...(fault.code === undefined ? {} : { code: fault.code }),
    ...(fault._tag === "Refused" && fault.detail !== undefined ? { detail: fault.detail } : {}),
    ...(fault._tag === "Refused" && fault.hint !== undefined ? { hint: fault.hint } : {}),
    path: step.path,
    ...(place === undefined ? {} : { line: place.line, column: place.column, statement: place.statement }),
    aftermath: circumstances.aftermath,
    ...(circumstances.blockedBy === undefined ? {} : { blocked_by: circumstances.blockedBy }),
    attempts: circumstances.attempts,
    duration_ms: circumstances.durationMs
  }
  return { _tag: "Failed", step, failure }
}
