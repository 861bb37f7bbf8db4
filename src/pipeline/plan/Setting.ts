import type { Mark } from "../../domain/Ledger.ts"
import type { Direction } from "../../domain/Plan.ts"
import type { Recording } from "./Record.ts"

/** What every step of a plan is made from. */
export interface Common {
  readonly direction: Direction
  readonly variables: Readonly<Record<string, string>>
  readonly lockTimeout: number
  readonly statementTimeout: number
}

/** What a step is made from, beside the migration. */
export interface Setting {
  readonly id: string
  readonly schema: string
  readonly createsSchema: boolean
  /** The ledger's entry, where the step was begun before. */
  readonly entry: Mark | undefined
  /** Of a program: what it said while it was recorded. */
  readonly recording: Recording | undefined
  readonly position: number
  /** Shown ids of the steps before it. */
  readonly after: ReadonlyArray<string>
}
