import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SchemaObject } from "../domain/Baseline.ts"
import type {
  ConnectionUnknown,
  ConnectionUnreachable,
  NotSupported,
  RequestInvalid,
  StoreRefused
} from "../domain/Errors.ts"
import type { OpenError, Store } from "./Connections.ts"

/** Why there is no scratch database, or no answer. */
export type ScratchError =
  | ConnectionUnknown
  | ConnectionUnreachable
  | NotSupported
  | OpenError
  | RequestInvalid
  | StoreRefused

/** What a database has, in one moment. Nothing of it is BfM's ledger. */
export type Objects = Effect.Effect<ReadonlyArray<SchemaObject>, ScratchError>

/** An empty database of the same kind as a connection's. */
export interface Made {
  /** Under the connection's own name. */
  readonly store: Store
  /** Host, port and database, for people. */
  readonly address: string
  readonly objects: Objects
}

/** Places in which migrations can be tried without touching anything. */
export class Scratch extends Context.Tag("bfm/Scratch")<
  Scratch,
  {
    /** The objects of a connection's own database. */
    readonly objects: (connection: string) => Objects
    /** Makes a database, and drops it when the scope closes. */
    readonly make: (connection: string) => Effect.Effect<Made, ScratchError, Scope.Scope>
  }
>() {}
