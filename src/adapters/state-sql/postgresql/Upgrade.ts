import type { SqlClient } from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import * as Effect from "effect/Effect"
import { identifier } from "../../postgresql/Quote.ts"
import { checksum, type Installed, judge, type Step, type Verdict } from "../Tables.ts"
import * as LockKeys from "./LockKeys.ts"

/**
 * Installs the missing steps in one transaction. Whoever comes second waits for the advisory lock and then
 * finds nothing missing. A transaction of the pool's client is not used: it dies when the connection does.
 */
export const run = (sql: SqlClient, schema: string, steps: ReadonlyArray<Step>) =>
  Effect.scoped(
    Effect.flatMap(sql.reserve, connection =>
      Effect.onError(transaction(connection, schema, steps), () =>
        Effect.ignore(connection.executeUnprepared("rollback", [], undefined))
      )
    )
  )

const transaction = (connection: Connection, schema: string, steps: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const quoted = identifier(schema)
    const send = (text: string, values: ReadonlyArray<unknown> = []) =>
      connection.executeUnprepared(text, values, undefined)
    // What others did while it waited for the lock has to be seen, whatever the database has for its transactions.
    yield* send(`begin isolation level read committed; set local lock_timeout = '30s'; set local client_min_messages = warning;
select pg_advisory_xact_lock(${LockKeys.upgrade(schema)})`)
    // Asked first: "create schema if not exists" needs a right that the owner of an existing schema may lack.
    const [found] = yield* send("select from pg_catalog.pg_namespace where nspname = $1", [schema])
    if (found === undefined) yield* send(`create schema ${quoted}`)
    yield* send(`create table if not exists ${quoted}.bfm_schema_version (
  version integer primary key, name text not null, checksum text not null, installed_at timestamptz not null default now())`)
    const installed: ReadonlyArray<Installed> = yield* send(
      `select version, checksum from ${quoted}.bfm_schema_version`
    )
    const verdict = judge(installed, steps, "BFM_STATE_SCHEMA")
    yield* verdict._tag === "Refused" ? send("rollback") : install(connection, quoted, verdict)
    return verdict
  })

const install = (connection: Connection, quoted: string, verdict: Verdict & { readonly _tag: "Usable" }) =>
  Effect.gen(function* () {
    for (const step of verdict.missing) {
      yield* connection.executeUnprepared(
        step.text.replaceAll("%schema%", () => quoted),
        [],
        undefined
      )
      yield* connection.executeUnprepared(
        `insert into ${quoted}.bfm_schema_version (version, name, checksum) values ($1, $2, $3)`,
        [step.version, step.name, checksum(step)],
        undefined
      )
    }
    yield* connection.executeUnprepared("commit", [], undefined)
  })
