import type * as Either from "effect/Either"
import type { SourceProblem } from "../../domain/Catalog.ts"
import type { ConnectionUnreachable, LockBusy, StateUnavailable, StoreRefused } from "../../domain/Errors.ts"
import type { Execution } from "../../domain/Execution.ts"
import type { Inspection } from "../../domain/Ledger.ts"
import type { Run } from "../../domain/Run.ts"
import type { StatusItem } from "../../domain/Status.ts"
import type { StateVitals, Vitals } from "../../domain/Vitals.ts"
import type { Worker } from "../../domain/Worker.ts"
import type { Connection, OpenError } from "../../ports/Connections.ts"
import type { HeldLock } from "../../ports/Lock.ts"
import type { Remarks } from "../../ports/Remarks.ts"
import type { StateChange } from "../../ports/StateStore.ts"

/** Why a store could not be asked. */
export type Unanswered = OpenError | ConnectionUnreachable | StoreRefused | LockBusy

/** One connection, as it answered. */
export interface Answer {
  readonly connection: Connection
  readonly vitals: Either.Either<Vitals, Unanswered>
  readonly inspection: Either.Either<Inspection, Unanswered>
}

/** What the state remembers; only where its tables are those of this version, for reading would make them so. */
export interface Memory {
  readonly executions: ReadonlyArray<Execution>
  readonly held: ReadonlyArray<HeldLock>
  /** Newest first. */
  readonly runs: ReadonlyArray<Run>
  readonly workers: ReadonlyArray<Worker>
}

/** Everything that was looked at. */
export interface Facts {
  /** Milliseconds since the epoch, by the state's clock where it tells one. */
  readonly now: number
  readonly remarks: Remarks["Type"]
  readonly source: string
  readonly problems: ReadonlyArray<SourceProblem>
  /** Connections of the sources that nothing is configured for. */
  readonly unconfigured: ReadonlyArray<string>
  readonly answers: ReadonlyArray<Answer>
  readonly stateAddress: string
  readonly state: Either.Either<StateVitals, StateUnavailable>
  /** Absent where there is nothing to read, or it may not be. */
  readonly memory: Either.Either<Memory, StateUnavailable> | undefined
  readonly items: ReadonlyArray<StatusItem>
  /** What the state would have to learn to say what the ledgers say. */
  readonly differences: ReadonlyArray<StateChange>
}
