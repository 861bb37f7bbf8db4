import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  ConnectionUnknown,
  ConnectionUnreachable,
  type EmbeddedUnavailable,
  NotSupported,
  RequestInvalid,
  StoreRefused
} from "../../domain/Errors.ts"
import type { Row } from "../../domain/foreign/Foreign.ts"
import type { Connection } from "../../ports/Connections.ts"
import { ForeignHistory, type Found } from "../../ports/ForeignHistory.ts"
import type * as Fault from "../postgresql/Fault.ts"
import * as Once from "../postgresql/Once.ts"
import { identifier } from "../postgresql/Quote.ts"
import type { PostgresqlSettings, Server } from "../postgresql/Settings.ts"

/** A connection; `settings` only of a PostgreSQL. */
export interface Configured {
  readonly connection: Connection
  readonly settings?: PostgresqlSettings
}

export interface Options {
  readonly connections: ReadonlyArray<Configured>
  /** Turns settings into a server that can be dialled. */
  readonly locate: (settings: PostgresqlSettings) => Effect.Effect<Server, EmbeddedUnavailable, Scope.Scope>
}

/** Reads in the databases of PostgreSQL connections; connects when it is asked, and lets go again. */
export const layer = ({ connections, locate }: Options): Layer.Layer<ForeignHistory> => {
  const known = new Map(connections.map(configured => [configured.connection.name, configured]))
  return Layer.succeed(ForeignHistory, {
    read: Effect.fn("ForeignHistory.read")(function* (name, table) {
      const configured = known.get(name)
      if (configured === undefined) {
        return yield* new ConnectionUnknown({ connection: name, configured: [...known.keys()] })
      }
      const { connection, settings } = configured
      if (settings === undefined) {
        return yield* new NotSupported({
          connection: name,
          action: "import what another tool applied",
          reason: `it is ${connection.backend}: such histories are read from PostgreSQL only`
        })
      }
      const fault = errorOf(connection)
      return yield* Effect.scoped(
        Effect.gen(function* () {
          const server = yield* Effect.mapError(locate(settings), ({ message }) =>
            unreachable(connection, message)
          )
          const client = yield* Effect.mapError(Once.connect(server), fault)
          const ask = <A extends object>(text: string, values: ReadonlyArray<unknown> = []) =>
            Effect.mapError(Once.query<A>(client, text, values), fault)
          yield* ask("begin isolation level repeatable read read only")
          yield* ask("set local time zone 'UTC'")
          const tables = yield* ask<Table>(lookup, [schemaOf(table) ?? null, nameOf(table)])
          const [first] = tables
          if (tables.length > 1) {
            const names = tables.map(({ schema }) => `${schema}.${nameOf(table)}`).join(", ")
            return yield* new RequestInvalid({
              problems: [
                `there are several tables ${nameOf(table)}: name one with --history-table (${names})`
              ]
            })
          }
          if (first === undefined) return { table, columns: [], rows: [] } satisfies Found
          const rows = yield* ask<{ readonly row: Row }>(
            `select to_jsonb(t) as row from ${identifier(first.schema)}.${identifier(nameOf(table))} t`
          )
          const found: Found = {
            table: `${first.schema}.${nameOf(table)}`,
            columns: first.columns,
            rows: rows.map(({ row }) => row)
          }
          return found
        })
      )
    })
  })
}

interface Table {
  readonly schema: string
  readonly columns: ReadonlyArray<string>
}

const lookup = `select n.nspname::text as schema,
  array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = $2 and c.relkind in ('r', 'p', 'v') and ($1::text is null or n.nspname = $1)
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`

const schemaOf = (table: string): string | undefined =>
  table.includes(".") ? table.slice(0, table.indexOf(".")) : undefined

const nameOf = (table: string): string => table.slice(table.indexOf(".") + 1)

const unreachable = ({ name, address }: Connection, reason: string, code?: string) =>
  new ConnectionUnreachable({
    connection: name,
    address,
    reason,
    ...(code === undefined ? {} : { code })
  })

const errorOf =
  (connection: Connection) =>
  (fault: Fault.Fault): ConnectionUnreachable | StoreRefused =>
    fault._tag === "Lost"
      ? unreachable(connection, fault.reason, fault.code)
      : new StoreRefused({
          connection: connection.name,
          action: "read the history table",
          reason: fault.reason,
          code: fault.code
        })
