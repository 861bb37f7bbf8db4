import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type {
  ConnectionUnknown,
  ConnectionUnreachable,
  NotSupported,
  RequestInvalid,
  StoreRefused
} from "../domain/Errors.ts"
import type { Row } from "../domain/foreign/Foreign.ts"

/** What was found in the database of a connection. */
export interface Found {
  /** Schema and name, for people; the name that was asked for where there is none. */
  readonly table: string
  /** Empty where there is no such table. */
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** The history tables of other migration tools. They are only ever read. */
export class ForeignHistory extends Context.Tag("bfm/ForeignHistory")<
  ForeignHistory,
  {
    /** `table`: a name, or schema and name with a dot between; a name alone is looked for in every schema. */
    readonly read: (
      connection: string,
      table: string
    ) => Effect.Effect<
      Found,
      ConnectionUnknown | ConnectionUnreachable | StoreRefused | NotSupported | RequestInvalid
    >
  }
>() {}
