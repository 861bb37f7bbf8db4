import type { Step, Unit } from "./Plan.ts"

/** What a rendered script would do. */
export interface Analysis {
  /** `transaction`: the one unit is recorded in its own transaction. `journal`: each unit is recorded by itself. */
  readonly mode: Exclude<Step["mode"], "program">
  /** What is sent and recorded together, in order. Without meaning when there are problems. */
  readonly units: ReadonlyArray<Unit>
  /** A BEGIN … COMMIT around the whole script was taken off. */
  readonly unwrapped: boolean
  readonly problems: ReadonlyArray<ScriptProblem>
  /** Short sentences. */
  readonly warnings: ReadonlyArray<string>
  /** Something would be lost that running the other direction does not bring back. */
  readonly destructive: boolean
}

/** Why a script cannot be run; the line is 1-based. */
export interface ScriptProblem {
  readonly line?: number
  readonly reason: string
}
