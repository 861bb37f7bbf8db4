import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import pg from "pg"
import { make as makeClient } from "../../postgresql/Client.ts"
import { identifier } from "../../postgresql/Quote.ts"
import type { Server } from "../../postgresql/Settings.ts"
import type { LockSession } from "../Dialect.ts"
import * as LockKeys from "./LockKeys.ts"

/** Milliseconds after which a statement of the lock session counts as lost. All of them are quick. */
const answerTime = 15_000

const pooled =
  "it answers from changing sessions, as behind a pooler in transaction mode: locks need a direct connection or session mode"

/** A connection of its own: its end is the end of its locks, and a pool of one stays free for everything else. */
export const open = (server: Server, schema: string) =>
  Effect.gen(function* () {
    const client = yield* Effect.acquireRelease(connect(server), end)
    let alive = true
    const gone = () => {
      alive = false
    }
    client.on("error", gone)
    client.on("end", gone)
    const quoted = identifier(schema)
    const query = <Row extends pg.QueryResultRow>(text: string, values: ReadonlyArray<unknown>) =>
      Effect.tryPromise({
        try: () => client.query<Row>(text, [...values]),
        catch: cause => {
          // What the server did not say itself leaves the connection in doubt.
          if (!(cause instanceof pg.DatabaseError)) gone()
          return new SqlError({ cause })
        }
      })
    const [self] = (yield* query<{ pid: number }>(begin(quoted), [])).rows
    const session: LockSession = {
      isAlive: () => alive,
      attempt: wanted =>
        Effect.flatMap(
          query<{ got: boolean; pid: number }>(attempt(quoted), [
            wanted.map(({ key }) => LockKeys.of(schema, key)),
            wanted.map(({ key }) => key.connection),
            wanted.map(({ key }) => key.schema),
            wanted.map(({ holder }) => holder.runId),
            wanted.map(({ holder }) => holder.actor)
          ]),
          ({ rows }) =>
            rows.every(({ pid }) => pid === self?.pid)
              ? Effect.succeed(rows.map(({ got }) => got))
              : new SqlError({ cause: new Error(pooled) })
        ),
      release: keys => Effect.asVoid(query(release(quoted), [keys.map(key => LockKeys.of(schema, key))]))
    }
    return session
  })

const connect = (server: Server) =>
  makeClient(server, { query_timeout: answerTime }).pipe(
    Effect.flatMap(client =>
      Effect.tryPromise({
        try: async () => {
          // Without a listener, a connection that is cut would end the process.
          client.on("error", () => undefined)
          await client.connect()
          return client
        },
        catch: cause => new SqlError({ cause })
      })
    ),
    Effect.catchTag("CertificateUnreadable", cause => new SqlError({ cause }))
  )

const end = (client: pg.Client) =>
  Effect.promise(() => client.end()).pipe(Effect.interruptible, Effect.timeoutOption(1_000))

/**
 * Takes away what dead sessions left. Rows that another process is just taking away are left to it. And whoever waits
 * for a long step has nothing to say: that must not end the session. Before PostgreSQL 14 there is no limit to take off.
 * And locks are not to be noted by transactions that see less than others have done.
 */
const begin = (quoted: string): string => `with dead as (
  delete from ${quoted}.bfm_locks where lock_key in (
    select lock_key from ${quoted}.bfm_locks l where not ${LockKeys.isHeld("l")} for update skip locked))
select pg_catalog.pg_backend_pid() as pid,
  pg_catalog.set_config('default_transaction_isolation', 'read committed', false), (
  select pg_catalog.set_config(name, '0', false) from (values ('idle_session_timeout')) as limits(name)
  where pg_catalog.current_setting(name, true) is not null)`

const attempt = (quoted: string): string => `with attempt as materialized (
  select w.*, pg_catalog.pg_try_advisory_lock(w.lock_key) as got
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
    as w(lock_key, connection, schema, run_id, actor, n)
), noted as (
  insert into ${quoted}.bfm_locks (lock_key, connection, schema, run_id, actor, pid, since)
  select lock_key, connection, schema, run_id, actor, pg_catalog.pg_backend_pid(), now() from attempt where got
  on conflict (lock_key) do update set run_id = excluded.run_id, actor = excluded.actor, pid = excluded.pid, since = excluded.since
)
select got, pg_catalog.pg_backend_pid() as pid from attempt order by n`

const release = (quoted: string): string => `with gone as (
  delete from ${quoted}.bfm_locks where lock_key = any($1::bigint[]) and pid = pg_catalog.pg_backend_pid()
)
select pg_catalog.pg_advisory_unlock(lock_key) from unnest($1::bigint[]) as held(lock_key)`
