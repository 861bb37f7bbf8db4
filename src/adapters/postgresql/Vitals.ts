import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { MissingRight, Vitals } from "../../domain/Vitals.ts"
import * as Fault from "./Fault.ts"
import * as Leftover from "./Leftover.ts"
import * as Once from "./Once.ts"
import { identifier, literal } from "./Quote.ts"
import type { Server } from "./Settings.ts"

/** The oldest release that is supported, as the server numbers it. */
const oldest = 13

/** What BfM does there: its own tables live in `schema`; with `work`, migrations run there too. */
export interface Use {
  readonly schema: string
  /** The schema of migrations that name none; empty for the first of the search path. */
  readonly work?: string
}

interface Row {
  readonly version: string
  readonly major: number
  readonly now: number
  readonly user: string
  readonly database: string
  readonly pid: number
  readonly standby: boolean
  readonly readonly: boolean
  readonly can_create_schemas: boolean
  readonly own: boolean
  readonly own_usable: boolean
  readonly own_tables: ReadonlyArray<string>
  readonly work: string | null
  readonly work_there: boolean
  readonly work_usable: boolean
}

/**
 * Asks a server how it is, over two connections of their own: one alone cannot tell whether a pooler gives its
 * session to others.
 */
export const ask = (server: Server, use: Use): Effect.Effect<Vitals, Fault.Fault> =>
  Effect.scoped(
    Effect.gen(function* () {
      const [client, other] = yield* Effect.all([Once.connect(server), Once.connect(server)])
      // The first question may cost the server more than the way to it.
      yield* Once.query(client, "SELECT 1")
      const before = yield* Clock.currentTimeMillis
      const [row] = yield* Once.query<Row>(client, question(use))
      const after = yield* Clock.currentTimeMillis
      if (row === undefined)
        return yield* new Fault.Lost({ reason: "it said nothing of itself", code: undefined })
      const between = client.processID !== row.pid
      const vitals: Vitals = {
        product: "PostgreSQL",
        version: row.version,
        ...(row.major >= oldest ? {} : { concern: tooOld(row.version) }),
        clock: { difference: row.now - (before + after) / 2, uncertainty: (after - before) / 2 },
        ...(between ? { pooler: { shares: yield* shared(client, other) } } : {}),
        missing: missing(row, use),
        ...(use.work === undefined ? {} : { leftovers: yield* Leftover.find(client, server.database) }),
        unasked: []
      }
      return vitals
    })
  )

/** Whether both get the same session in turn, or one of them another. A third may take it in between, but not each time. */
const shared = Effect.fnUntraced(function* (client: Once.Connected, other: Once.Connected) {
  const first = yield* session(client)
  for (let round = 0; round < 10; round++) {
    const theirs = yield* session(other)
    const mine = yield* session(client)
    if (mine !== first || mine === theirs) return true
  }
  return false
})

const session = (client: Once.Connected): Effect.Effect<number | undefined, Fault.Fault> =>
  Effect.map(
    Once.query<{ readonly pid: number }>(client, "SELECT pg_catalog.pg_backend_pid() AS pid"),
    ([row]) => row?.pid
  )

const tooOld = (version: string): string =>
  `PostgreSQL ${version} is older than ${oldest}, the oldest that BfM supports`

/** By names that a catalog function can look up also where there is no such schema. */
const question = ({ schema, work = "" }: Use): string => `SELECT current_setting('server_version') AS version,
 current_setting('server_version_num')::int / 10000 AS major,
 (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
 current_user::text AS user, current_database()::text AS database, pg_backend_pid() AS pid,
 pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') = 'on' AS readonly,
 has_database_privilege(current_database(), 'CREATE') AS can_create_schemas,
 own.oid IS NOT NULL AS own,
 coalesce(has_schema_privilege(own.oid, 'USAGE') AND has_schema_privilege(own.oid, 'CREATE'), false) AS own_usable,
 ARRAY(SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = own.oid AND c.relkind = 'r'
   AND c.relname ~ '^(ledger|scripts|bfm_.*)$'
   AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
     AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY 1) AS own_tables,
 wanted.name AS work, work.oid IS NOT NULL AS work_there,
 coalesce(has_schema_privilege(work.oid, 'CREATE'), false) AS work_usable
FROM (SELECT ${work === "" ? "current_schema()::text" : literal(work)} AS name) wanted
LEFT JOIN pg_namespace own ON own.nspname = ${literal(schema)}
LEFT JOIN pg_namespace work ON work.nspname = wanted.name`

/** What the user lacks for what BfM does there. */
const missing = (row: Row, use: Use): ReadonlyArray<MissingRight> => {
  const user = identifier(row.user)
  const found: Array<MissingRight> = []
  const lack = (right: string, remedy: string) => found.push({ right, remedy })
  if (row.standby) lack("write: the server is a standby", "connect to its primary")
  else if (row.readonly) {
    lack(
      "write: default_transaction_read_only is on",
      `ALTER ROLE ${user} SET default_transaction_read_only = off`
    )
  }
  const mayCreate = `GRANT CREATE ON DATABASE ${identifier(row.database)} TO ${user}`
  const own = identifier(use.schema)
  if (!row.own && !row.can_create_schemas) {
    lack(
      `create the schema ${use.schema}, in which BfM keeps its tables`,
      `CREATE SCHEMA ${own} AUTHORIZATION ${user}; or ${mayCreate}`
    )
  }
  if (row.own && !row.own_usable) {
    lack(
      `use the schema ${use.schema} and create tables in it`,
      `GRANT USAGE, CREATE ON SCHEMA ${own} TO ${user}`
    )
  }
  for (const table of row.own_tables) {
    lack(
      `read and write the table ${use.schema}.${table}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${own}.${identifier(table)} TO ${user}`
    )
  }
  if (use.work === undefined) return found
  if (row.work === null) {
    lack(
      "create anything: no schema of its search_path is there",
      "name one with {CONN}_SCHEMA, or create it"
    )
  } else if (!row.work_there && !row.can_create_schemas) {
    lack(`create the schema ${row.work}`, mayCreate)
  } else if (row.work_there && !row.work_usable) {
    lack(`create anything in schema ${row.work}`, `GRANT CREATE ON SCHEMA ${identifier(row.work)} TO ${user}`)
  }
  return found
}
