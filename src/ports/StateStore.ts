import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Asked } from "../domain/Asked.ts"
import type { BfmError, RequestInvalid, StateUnavailable } from "../domain/Errors.ts"
import type { Execution } from "../domain/Execution.ts"
import type { HistoryItem, Skip } from "../domain/History.ts"
import type { Event, Numbered, Run } from "../domain/Run.ts"
import type { StateVitals, Tables } from "../domain/Vitals.ts"

/** Something to remember. Batches of these are written in one round trip, in order, all or none. */
export type StateChange =
  /**
   * A run began, went on or ended: what is remembered of it is replaced, but for who wants to end it and which run
   * goes on with it. It is a sign of life of its owner. Whoever has a smaller fence than the run is not heard.
   */
  | {
      readonly _tag: "Run"
      readonly run: Run
      readonly fence?: number
      /** Why it came to nothing, where `run.error` says so in words. */
      readonly refusal?: BfmError
    }
  /** What a run was asked to do. The first word on it stays. */
  | {
      readonly _tag: "Asked"
      readonly runId: string
      readonly asked: Asked
      /** It waits for a worker; `undefined` otherwise. */
      readonly fleet?: boolean
    }
  /** Consecutive events of a run, the first of which has this number. */
  | {
      readonly _tag: "Events"
      readonly runId: string
      readonly fence: number
      readonly first: number
      readonly events: ReadonlyArray<Event>
    }
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
  /** Of no others; of all when absent. */
  readonly connections?: ReadonlyArray<string> | undefined
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
  /** Of no others; of all when absent. */
  readonly connections?: ReadonlyArray<string> | undefined
  readonly limit: number
}

export interface HistoryPage {
  readonly items: ReadonlyArray<HistoryItem>
  /** Present when there is more. */
  readonly next?: string | undefined
}

/** Events after the given one. */
export interface EventsQuery {
  readonly runId: string
  readonly after: number
  /** So many parts at most, each of some hundred events or less. */
  readonly parts: number
}

/** What the owner of a run hears when it gives a sign of life. */
export interface Beat {
  /** The largest fence that the run has; a larger one than the owner's means that somebody else carries it out. */
  readonly fence: number
  /** Somebody wants it to end. */
  readonly cancelled?: Cancelled
}

/** How a run is to end. */
export interface Cancelled {
  readonly by: string
  /** The statement in flight is to be cancelled too, not only what comes after the step. */
  readonly now: boolean
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
    /** What its tables are. Creates and upgrades nothing, unlike every other question. */
    readonly tables: Effect.Effect<Tables, StateUnavailable>
    /** How its server and its tables are. Changes nothing, like `tables`. */
    readonly vitals: Effect.Effect<StateVitals, StateUnavailable>
    /** Where history ends now: opaque, for `touched`. */
    readonly newest: Effect.Effect<string, StateUnavailable>
    /** Those of the migrations, named by canonical ids, of which something newer than `since` was recorded. */
    readonly touched: (
      since: string,
      migrationIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlySet<string>, StateUnavailable>
    /** Newest first. */
    readonly runs: (limit: number) => Effect.Effect<ReadonlyArray<Run>, StateUnavailable>
    readonly run: (id: string) => Effect.Effect<Run | undefined, StateUnavailable>
    /** What a run was asked to do; `undefined` when that is not remembered. */
    readonly asked: (id: string) => Effect.Effect<Asked | undefined, StateUnavailable>
    /** Why a run came to nothing, as an error. */
    readonly refusal: (id: string) => Effect.Effect<BfmError | undefined, StateUnavailable>
    /** In their order. What a fenced owner told after it had lost the run is left out. */
    readonly events: (query: EventsQuery) => Effect.Effect<ReadonlyArray<Numbered>, StateUnavailable>
    /** The newest run with that plan; for what the plan was. */
    readonly planned: (planHash: string) => Effect.Effect<Run | undefined, StateUnavailable>
    /** A sign of life of a run's owner. Nothing when the run is not known (yet). */
    readonly beat: (id: string, fence: number) => Effect.Effect<Beat | undefined, StateUnavailable>
    /**
     * Asks the owner to end the run; ends it at once where it waits for a worker. The run as it stands then; nothing
     * when there is no such run, or it has ended. Who asked first is remembered; `now` can be asked for later.
     */
    readonly cancel: (id: string, cancelled: Cancelled) => Effect.Effect<Run | undefined, StateUnavailable>
    /**
     * Notes that `next` goes on with the run; false when another one does already. One that never came to be, and whose
     * id is less than `stale`, does not.
     */
    readonly goOn: (id: string, next: string, stale: string) => Effect.Effect<boolean, StateUnavailable>
    /**
     * Says of runs whose owner has been silent for so many milliseconds, by the database's clock, that they were
     * interrupted. Runs of workers are not meant: another worker goes on with them.
     */
    readonly abandon: (silence: number, error: string) => Effect.Effect<number, StateUnavailable>
  }
>() {}
