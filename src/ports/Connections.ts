import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Actor } from "../domain/Actor.ts"
import type { Backend } from "../domain/Backend.ts"
import type {
  ConfigInvalid,
  ConnectionUnknown,
  ConnectionUnreachable,
  EmbeddedUnavailable,
  LockBusy,
  StoreRefused
} from "../domain/Errors.ts"
import type { Inspection, LedgerEntry, Survey } from "../domain/Ledger.ts"
import type { Migration } from "../domain/Migration.ts"
import type { Step } from "../domain/Plan.ts"
import type { Failure } from "../domain/Run.ts"
import type { Tenants } from "../domain/Tenants.ts"
import type { Vitals } from "../domain/Vitals.ts"

/** A configured connection, without anything secret. */
export interface Connection {
  readonly name: string
  readonly backend: Backend
  /** `db1:5432/app`: for people. */
  readonly address: string
  /** Schema of migrations that declare none; empty means the connection's own default. */
  readonly schema: string
  /** `dynamic`: migrations that declare no schema wait for a request to name one. */
  readonly schemaMode: "fixed" | "dynamic"
  /** Where BfM keeps its ledger in the store. */
  readonly ledgerSchema?: string
  /** Where the names of its tenants come from; absent where nobody says. */
  readonly tenants?: Tenants
  /** Schemas that it can work on at the same time; absent where nothing of its own limits them. */
  readonly sessions?: number
}

/** A step and the migration behind it: programs cannot be written down in a plan. */
export interface Work {
  readonly step: Step
  readonly migration: Migration
}

/** What became of a step. A step that is `Applied` is durable. */
export type StepOutcome =
  | { readonly _tag: "Started"; readonly step: Step }
  | {
      readonly _tag: "Retried"
      readonly step: Step
      readonly attempt: number
      readonly reason: string
    }
  | {
      readonly _tag: "Applied"
      readonly step: Step
      readonly durationMs: number
    }
  /** Nothing was sent: the ledger says that it is done already, or it cannot be rehearsed. */
  | { readonly _tag: "Skipped"; readonly step: Step; readonly reason: string }
  | { readonly _tag: "Failed"; readonly step: Step; readonly failure: Failure }

export interface RunContext {
  readonly runId: string
  readonly actor: Actor
  /** Nothing may be left behind, not even a ledger; `entries` are not read. */
  readonly rehearsal: boolean
}

/** Exclusive, live access to one schema of a store, until its scope closes. */
export interface StoreSession {
  /** The ledger of this schema, read after the session became exclusive. */
  readonly entries: ReadonlyArray<LedgerEntry>
  /**
   * Runs steps of this schema in order: exactly once, also when the process or the connection dies at any
   * moment. Checks each step's requirements first. Stops at the first that fails. Pulling the stream runs the
   * next few steps; whoever stops pulling stops between steps.
   */
  readonly run: (work: ReadonlyArray<Work>) => Stream.Stream<StepOutcome>
  /**
   * Asks the store not to begin the steps that were sent together with the one in flight, and keeps on asking until
   * it is interrupted. They stay as they were, and no outcome is told of them.
   */
  readonly halt: Effect.Effect<void>
  /** Asks the store to cancel the statement in flight; `run` still tells what became of the step. */
  readonly cancel: Effect.Effect<void>
  /** Really executes the steps in order and takes everything back. */
  readonly rehearse: (work: ReadonlyArray<Work>) => Stream.Stream<StepOutcome>
}

/** Steps of several schemas that are sent to the store together, each in a transaction of its own, for nobody's turn is waited. */
export interface Together {
  /**
   * Runs them, once. Tells what became of each that was done, or of which it cannot be known; of every other one
   * nothing is left, whatever the reason is (another run works there, it is done already, it failed, the store cannot
   * be reached, the run was told to halt): a session of its schema finds that out.
   */
  readonly run: Effect.Effect<ReadonlyArray<StepOutcome>>
  readonly halt: StoreSession["halt"]
  readonly cancel: StoreSession["cancel"]
}

/** Why a configured connection cannot be opened; `ConfigInvalid` where its variables are to blame. */
export type OpenError = ConfigInvalid | ConnectionUnreachable | EmbeddedUnavailable

/** One open connection: a pool, or whatever the backend uses. */
export interface Store {
  readonly connection: Connection
  /** Reads the whole ledger of this connection and the names of the schemas, in one round trip. */
  readonly inspect: Effect.Effect<Inspection, ConnectionUnreachable | StoreRefused>
  /** The same for planning: what is the same in many schemas is read once, where the store can put it together. */
  readonly survey: Effect.Effect<Survey, ConnectionUnreachable | StoreRefused>
  /** Asks for the names of the tenants, as `connection.tenants` says, in one question. */
  readonly tenants: (
    query: string
  ) => Effect.Effect<ReadonlyArray<string>, ConnectionUnreachable | StoreRefused>
  /** How the server is, and what its user may not do. Changes nothing, and does not wait for the pool. */
  readonly vitals: Effect.Effect<Vitals, ConnectionUnreachable | StoreRefused>
  /** The text that was applied, as the ledger keeps it. */
  readonly appliedText: (
    migrationId: string,
    schema: string
  ) => Effect.Effect<string | undefined, ConnectionUnreachable | StoreRefused>
  /**
   * What takes the migration back, captured when it was applied: a script in the store's own language. Only
   * asked of stores that capture (`capturesReplaced`).
   */
  readonly undo: (
    migrationId: string,
    schema: string
  ) => Effect.Effect<string | undefined, ConnectionUnreachable | StoreRefused>
  /** The same steps with what each statement would change now, where the store can tell. Changes nothing. */
  readonly preview: (
    steps: ReadonlyArray<Step>
  ) => Effect.Effect<ReadonlyArray<Step>, ConnectionUnreachable | StoreRefused>
  /** Makes this the only session that changes `schema`, also against sessions whose process is dead or frozen. */
  readonly session: (
    schema: string,
    context: RunContext,
    /** Milliseconds to wait for another session to end. */
    wait: number,
    waiting: (holder: string) => Effect.Effect<void>
  ) => Effect.Effect<StoreSession, LockBusy | ConnectionUnreachable | StoreRefused, Scope.Scope>
  /**
   * Sends steps of several schemas as one question, where each has little to do: steps of mode `transaction` without
   * requirements, all in one direction, none of which needs another one. Absent where a store gains nothing by that.
   */
  readonly together?: (
    work: ReadonlyArray<Work>,
    context: RunContext,
    /** Milliseconds to wait for a session of our own that was lost. */
    wait: number
  ) => Together
  /**
   * A human says that the step is applied: writes the entry without running anything. `at`: when it was, in
   * milliseconds since the epoch; by the store's own clock where that is not known.
   */
  readonly markApplied: (
    work: Work,
    context: RunContext,
    at?: number
  ) => Effect.Effect<void, ConnectionUnreachable | StoreRefused>
  /** A human says that it is not applied: removes the entry. */
  readonly markPending: (
    migrationId: string,
    schema: string
  ) => Effect.Effect<void, ConnectionUnreachable | StoreRefused>
}

/** The configured connections; each is opened when it is first used and closed with the layer. */
export class Connections extends Context.Tag("bfm/Connections")<
  Connections,
  {
    readonly configured: ReadonlyMap<string, Connection>
    readonly open: (name: string) => Effect.Effect<Store, ConnectionUnknown | OpenError>
  }
>() {}
