import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { RequestInvalid, StateUnavailable } from "../domain/Errors.ts"
import type { Execution, HistoryItem, Run, Skip } from "../domain/Run.ts"

/** Something to remember. Batches of these are written in one round trip, in order, all or none. */
export type StateChange =
  /** A run began, went on or ended: the row with the same id is replaced. */
  | { readonly _tag: "Run"; readonly run: Run }
  /** The memory of (migration, schema) is replaced. */
  | { readonly _tag: "Execution"; readonly execution: Execution }
  /** The memory of (migration, schema) is forgotten: the ledger does not know it. History stays. */
  | {
      readonly _tag: "ExecutionRemoved"
      readonly migrationId: string
      readonly schema: string
    }
  | { readonly _tag: "History"; readonly item: HistoryItem }
  /** Of each (migration, schema) the five newest are kept. */
  | { readonly _tag: "Skipped"; readonly skip: Skip }

/** What is remembered as applied by one run, in how many schemas however. */
export interface Remembered {
  readonly connection: string
  readonly migrationId: string
  readonly runId: string
  readonly schemas: ReadonlyArray<string>
}

export interface HistoryQuery {
  /** Canonical id; every migration when absent. */
  readonly migrationId?: string
  readonly connection?: string
  readonly schema?: string
  /** Newest first; at most this many. */
  readonly limit: number
  /** From an earlier page. */
  readonly cursor?: string
}

/** Newest first, at most `limit`; of everything where nothing is named. */
export interface LatestQuery {
  /** Canonical id. */
  readonly migrationId?: string
  readonly limit: number
}

export interface HistoryPage {
  readonly items: ReadonlyArray<HistoryItem>
  /** Present when there is more. */
  readonly next?: string | undefined
}

/**
 * The control plane's own database: runs, executions, history. Creates and upgrades its tables when it is
 * first used; any number of processes may do so at once. It follows the ledgers and never decides against one.
 */
export class StateStore extends Context.Tag("bfm/StateStore")<
  StateStore,
  {
    /** Host, port, database and schema, for messages. */
    readonly address: string
    /** All executions of the given connections, in one round trip. */
    readonly executions: (
      connections: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<Execution>, StateUnavailable>
    /**
     * What is remembered as applied on the given connections, put together, in one round trip: enough to see
     * whether the ledgers say the same.
     */
    readonly applied: (
      connections: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<Remembered>, StateUnavailable>
    /** The latest word on each (migration, schema). */
    readonly latest: (query: LatestQuery) => Effect.Effect<ReadonlyArray<Execution>, StateUnavailable>
    readonly skips: (query: LatestQuery) => Effect.Effect<ReadonlyArray<Skip>, StateUnavailable>
    /** Writes a batch in one round trip, all or none, in order. Writing the same batch again changes nothing. */
    readonly record: (changes: ReadonlyArray<StateChange>) => Effect.Effect<void, StateUnavailable>
    /** Newest first, stably ordered. */
    readonly history: (query: HistoryQuery) => Effect.Effect<HistoryPage, StateUnavailable | RequestInvalid>
    /** Newest first. */
    readonly runs: (limit: number) => Effect.Effect<ReadonlyArray<Run>, StateUnavailable>
    readonly run: (id: string) => Effect.Effect<Run | undefined, StateUnavailable>
  }
>() {}
