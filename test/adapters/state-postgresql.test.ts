import { randomUUID } from "node:crypto"
import { afterAll, beforeAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { defaultPool } from "../../src/adapters/postgresql/Settings.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import { layerIn, maintenance, settingsOf } from "../fixtures/StatePostgresql.ts"
import * as StateSuite from "../ports/State.suite.ts"
import type { Subjects } from "../ports/StateSubject.ts"

/** One database for every test that leaves it in peace. */
let shared: Postgresql.Database
const scope = Effect.runSync(Scope.make())
beforeAll(async () => {
  shared = await Effect.runPromise(Scope.extend(Postgresql.database, scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const subjects = (schema: string, maxConnections: number): Subjects => {
  const pool = { ...defaultPool, maxConnections }
  return {
    empty: Effect.sync(() =>
      layerIn(shared, { schema: `${schema} ${randomUUID()}`, settings: settingsOf(shared, { pool }) })
    ),
    own: Effect.map(Postgresql.database, database => {
      const maintain = (statement: string) => Postgresql.query(maintenance(database), statement)
      return {
        process: layerIn(database, { schema, settings: settingsOf(database, { pool }) }),
        cut: Effect.asVoid(
          maintain(
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}' and application_name like 'bfm%'`
          )
        ),
        drop: Effect.asVoid(maintain(`drop database ${database.name} with (force)`)),
        create: Effect.asVoid(maintain(`create database ${database.name}`)),
        sessions: Effect.map(
          maintain(
            `select count(*)::int as n from pg_stat_activity where datname = '${database.name}' and application_name like 'bfm%'`
          ),
          ([row]) => Number(row?.n)
        )
      }
    })
  }
}

const odd = `B"f.M $1 é`

StateSuite.suite("postgresql", subjects("public", 2), {
  how: "one connection, an odd schema",
  subjects: subjects(odd, 1)
})
