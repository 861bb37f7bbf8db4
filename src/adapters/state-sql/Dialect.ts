import type { SqlError } from "@effect/sql/SqlError"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EmbeddedUnavailable } from "../../domain/Errors.ts"
import type { Vitals } from "../../domain/Vitals.ts"
import type { Due, Patience, Sign } from "../../ports/Fleet.ts"
import type { LockHolder, LockKey } from "../../ports/Lock.ts"
import type { Cancelled, EventsQuery, HistoryQuery, LatestQuery, Remembered } from "../../ports/StateStore.ts"
import type { Batch } from "./Batch.ts"
import type { Explain } from "./Failure.ts"
import type { ExecutionRow } from "./Rows.ts"
import type { Step, Verdict } from "./Tables.ts"

/** A statement with its bound values. */
export interface Statement {
  readonly text: string
  readonly values: ReadonlyArray<unknown>
}

/** The pages of `history`, with the position to go on from. */
export interface HistoryRequest extends Omit<HistoryQuery, "cursor"> {
  readonly before?: string
}

/** Questions to BfM's own tables. Times are milliseconds since the epoch, in and out. */
export interface Statements {
  /** `current`: whether exactly the known steps are installed; 1 where there are no booleans. */
  readonly version: Statement
  /** Has `current` in its first row, also when there is no execution. */
  readonly executions: (connections: ReadonlyArray<string>) => Statement
  /** What that statement found. */
  readonly executionsOf: (
    rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  ) => ReadonlyArray<ExecutionRow>
  /** The same: has `current` in its first row. */
  readonly applied: (connections: ReadonlyArray<string>) => Statement
  /** What that statement found. */
  readonly appliedOf: (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) => ReadonlyArray<Remembered>
  readonly latest: (query: LatestQuery) => Statement
  readonly skips: (query: LatestQuery) => Statement
  readonly history: (request: HistoryRequest) => Statement
  readonly newest: Statement
  /** At least one id. */
  readonly touched: (since: string, migrationIds: ReadonlyArray<string>) => Statement
  readonly runs: (limit: number) => Statement
  readonly run: (id: string) => Statement
  readonly life: LifeStatements
  readonly fleet: FleetStatements
  readonly held: Statement
  readonly holder: (key: LockKey) => Statement
}

/** Questions about runs that any process may ask or answer. Each is one message; its last statement gives the rows. */
export interface LifeStatements {
  /** `asked` and `refusal`. */
  readonly detail: (id: string) => Statement
  readonly events: (query: EventsQuery) => Statement
  readonly planned: (planHash: string) => Statement
  readonly beat: (id: string, fence: number) => Statement
  /** The run, if it had not ended. */
  readonly cancel: (id: string, cancelled: Cancelled) => Statement
  /** `continued_by` of the run. */
  readonly goOn: (id: string, next: string, stale: string) => Statement
  /** `abandoned`: how many. */
  readonly abandon: (silence: number, error: string) => Statement
}

/** Questions about workers and the runs that wait for them. Each is one message; its last statement gives the rows. */
export interface FleetStatements {
  readonly beat: (sign: Sign) => Statement
  readonly leave: (id: string) => Statement
  readonly workers: (silence: number) => Statement
  readonly due: (patience: Patience) => Statement
  /** `id`, if it was. */
  readonly handOut: (due: Due, notice: string | undefined) => Statement
  /** The run, with `fence` and `after`, if it was claimed. */
  readonly claim: (id: string, owner: string, silence: number) => Statement
  readonly release: (id: string, fence: number, notice: string | undefined) => Statement
}

/** Sessions for everything but locks, each opened when it is first needed. */
export interface Pool {
  /** How many sessions it has at most. */
  readonly capacity: number
  /** One round trip. */
  readonly send: <Row extends object>(statement: Statement) => Effect.Effect<ReadonlyArray<Row>, SqlError>
  /** The same for what is asked all the time: no span, and a statement that nobody waits for any more goes on. */
  readonly glance: Pool["send"]
  /** Writes all of it or nothing, in one round trip if it is not a huge one. */
  readonly write: (batch: Batch) => Effect.Effect<void, SqlError>
  /** Installs the missing steps, alone even when several processes begin at once. */
  readonly upgrade: Effect.Effect<Verdict, SqlError>
}

/** A lock that is asked for, and by whom. */
export interface Wanted {
  readonly key: LockKey
  readonly holder: LockHolder
}

/** A session of its own whose locks end with it. Its effects must not run at the same time. */
export interface LockSession {
  /** Takes each lock and says who has it, in one round trip; false where another session does. No key comes twice. */
  readonly attempt: (wanted: ReadonlyArray<Wanted>) => Effect.Effect<ReadonlyArray<boolean>, SqlError>
  /** Gives locks back, in one round trip. */
  readonly release: (keys: ReadonlyArray<LockKey>) => Effect.Effect<void, SqlError>
  /** False as soon as the connection is known to be gone, and its locks with it. */
  readonly isAlive: () => boolean
}

/** Everything that differs between the databases that can keep the state. */
export interface Dialect {
  /** Host, port, database and what else tells the place, for people. */
  readonly address: string
  readonly steps: ReadonlyArray<Step>
  readonly statements: Statements
  /** Connects to nothing by itself. */
  readonly open: Effect.Effect<Pool, OpenError, Scope.Scope>
  readonly session: Effect.Effect<LockSession, OpenError, Scope.Scope>
  /** How the server is; over a connection of its own. */
  readonly vitals: Effect.Effect<Vitals, VitalsError>
  readonly explain: Explain
  /** The error means that the session has ended. */
  readonly isCut: (cause: Error) => boolean
  /** The error means that a table or column is not there. */
  readonly isOutdated: (code: string | undefined) => boolean
}

/** What keeps a server from saying how it is: an error of the driver, or what was made of one. */
export type VitalsError = SqlError | EmbeddedUnavailable | Error

export type OpenError = SqlError | EmbeddedUnavailable
