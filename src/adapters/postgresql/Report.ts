import type { Step } from "../../domain/Plan.ts"
import type { StepOutcome } from "../../ports/Connections.ts"
import * as Outcome from "../store/Outcome.ts"
import * as Advice from "./Advice.ts"
import type { Fault } from "./Fault.ts"
import { locate } from "./Locate.ts"

/** What is known beside the fault itself. */
export interface Circumstances extends Outcome.Circumstances {
  /** Position of the unit that failed, where units are sent one by one. */
  readonly unit?: number
}

export { nothingLeft } from "../store/Outcome.ts"

/** The fault of a step with the place that PostgreSQL pointed at. */
export const failed = (step: Step, fault: Fault, circumstances: Circumstances): StepOutcome =>
  Outcome.failed(
    step,
    fault._tag === "Refused" ? { ...fault, hint: Advice.hint(step, fault) } : fault,
    circumstances,
    fault._tag === "Refused" ? locate(step, fault, circumstances.unit) : undefined
  )
