import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import type pg from "pg"
import type * as Fault from "./Fault.ts"
import * as Once from "./Once.ts"
import { identifier, literal } from "./Quote.ts"

/** How scratch databases for this database are called, before what tells them apart. */
export const prefix = (database: string): string =>
  `bfm_scratch_${createHash("sha256").update(database).digest("hex").slice(0, 8)}_`

/** The advisory lock of a scratch database, from its name: an SQL expression. */
const lock = (name: string): string => `('x'||substr(md5('bfm:'||${name}),1,16))::bit(64)::bigint`

/** Makes a scratch database somebody's, for as long as this session lives; held before there is the database. */
export const claim = (client: pg.Client, name: string): Effect.Effect<unknown, Fault.Fault> =>
  Once.query(client, `SELECT pg_catalog.pg_advisory_lock(${lock(literal(name))})`)

/**
 * Names of a database's scratch databases whose owner was killed: no living session claims them, on whatever
 * database of the server, and none is in them.
 */
export const find = (
  client: pg.Client,
  database: string
): Effect.Effect<ReadonlyArray<string>, Fault.Fault> =>
  Effect.map(
    Once.query<{ readonly name: string }>(
      client,
      `SELECT d.datname::text AS name FROM pg_catalog.pg_database d WHERE starts_with(d.datname, ${literal(prefix(database))})
AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype='advisory' AND l.objsubid=1
 AND ((l.classid::bigint<<32)|l.objid::bigint)=${lock("d.datname")})
AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid=d.oid AND coalesce(a.backend_type,'client backend')='client backend')
ORDER BY 1`
    ),
    rows => rows.map(({ name }) => name)
  )

/** Drops what `find` finds. The server refuses while somebody is in one, and so may its rights; then it stays. */
export const remove = (client: pg.Client, database: string): Effect.Effect<void, Fault.Fault> =>
  Effect.flatMap(find(client, database), names =>
    Effect.forEach(
      names,
      name => Effect.ignoreLogged(Once.query(client, `DROP DATABASE IF EXISTS ${identifier(name)}`)),
      { discard: true }
    )
  )
