import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { format } from "mysql2"
import type { Statement, Statements } from "../../src/adapters/state-sql/Dialect.ts"
import * as MysqlStatements from "../../src/adapters/state-sql/mysql/Statements.ts"
import { steps as mysqlSteps } from "../../src/adapters/state-sql/mysql/Steps.ts"
import * as PostgresqlStatements from "../../src/adapters/state-sql/postgresql/Statements.ts"
import { steps as postgresqlSteps } from "../../src/adapters/state-sql/postgresql/Steps.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import * as StateMysql from "../fixtures/StateMysql.ts"
import { executions, layerIn } from "../fixtures/StatePostgresql.ts"

/** So many rows that no planner reads all of them where there is a better way. */
const rows = 100_000
const id = "20250101000007_m7_postgresql_core"

/** What is asked for single migrations and for pages, the first and the later ones. */
const asked = (statements: Statements): Readonly<Record<string, Statement>> => ({
  "history of all, first page": statements.history({ limit: 101 }),
  "history of all, last page": statements.history({ limit: 101, before: "100" }),
  "history of a migration": statements.history({ limit: 101, migrationId: id }),
  "history of a migration, a later page": statements.history({
    limit: 101,
    migrationId: id,
    before: "9000"
  }),
  "history of a connection and schema": statements.history({
    limit: 101,
    connections: ["core"],
    schema: "t1"
  }),
  "history of some connections": statements.history({ limit: 101, connections: ["core", "logs"] }),
  "latest of some connections": statements.latest({ limit: 10, connections: ["core", "logs"] }),
  "skips of some connections": statements.skips({ limit: 5, connections: ["core", "logs"] }),
  "latest of a migration": statements.latest({ migrationId: id, limit: 10 }),
  "skips of a migration": statements.skips({ migrationId: id, limit: 5 }),
  "where history ends": statements.newest,
  "what is new of a migration": statements.touched("19000", [id]),
  "newest runs": statements.runs(10),
  "a run": statements.run("R7")
})

const tables = { runs: "bfm_runs", history: "bfm_history", skips: "bfm_skips", executions: "bfm_executions" }
const columns = "migration_id, schema, version, name, connection, backend"

const filling = (number: string, timestamp: string, quoted: (name: string) => string) => {
  const key = (prefix: string) => `concat('${prefix}', n)`
  const migration = `concat('202501010000', lpad(cast(n % 100 as char(2)), 2, '0'), '_m', n % 100, '_postgresql_core')`
  const common = `${migration}, concat('t', n % 50), '20250101000000', 'm', 'core', 'postgresql'`
  const named = columns.replace("schema", quoted("schema"))
  return [
    `insert into ${tables.runs} (id, actor, method, direction, plan_hash, state, started_at, total, succeeded, failed)
       select ${key("R")}, 'a', 'cli', 'up', 'h', 'succeeded', ${timestamp}, 1, 1, 0 from ${number}`,
    `insert into ${tables.history} (event_key, ${named}, event, at, actor, method, run_id)
       select ${key("k")}, ${common}, 'applied', ${timestamp}, 'a', 'cli', ${key("R")} from ${number}`
  ]
}

/** Values in their places: the planner sees them in the real statements too. */
const written = (text: string, values: ReadonlyArray<unknown>): string =>
  text.replace(/\$(\d+)/g, (_, at: string) => {
    const value = values[Number(at) - 1]
    if (value === null) return "null"
    return typeof value === "number" ? String(value) : `'${Array.isArray(value) ? `{${value}}` : value}'`
  })

describe("the state's questions, with many rows, use an index", () => {
  it.scopedLive("in PostgreSQL", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(executions, layerIn(database))
      const number = `generate_series(1, ${rows}) as n`
      const skips = filling(number, "now()", name => name)[1]
        ?.replace(tables.history, tables.skips)
        .replace("event, ", "")
        .replace("'applied', ", "")
      const remembered = `insert into ${tables.executions} (${columns}, status, at, run_id, actor, method)
        select concat('m', n), 't', 'v', 'n', 'core', 'postgresql', 'applied', now() - n * interval '1 s', 'R', 'a', 'cli' from ${number}`
      for (const text of [...filling(number, "now()", name => name), skips ?? "", remembered, "analyze"])
        yield* Postgresql.query(database.url, text)
      const statements = PostgresqlStatements.make("public", postgresqlSteps)
      for (const [what, { text, values }] of Object.entries(asked(statements))) {
        const plan = yield* Postgresql.query(database.url, `explain ${written(text, values)}`)
        const lines = plan.map(row => String(row["QUERY PLAN"])).join("\n")
        assert.match(lines, /Index/, `${what}:\n${lines}`)
        assert.notMatch(lines, /Seq Scan/, `${what}:\n${lines}`)
      }
    })
  )

  it.scopedLive("in MariaDB", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      yield* Effect.provide(executions, StateMysql.layerIn(database))
      const number = `(select seq as n from seq_1_to_${rows}) as numbers`
      const ask = (text: string) => Mysql.query(database, database.name, text)
      for (const text of filling(number, "utc_timestamp(3)", name => `\`${name}\``)) yield* ask(text)
      yield* ask(`insert into ${tables.executions} (execution_key, migration_id, \`schema\`, version, name, connection,
        backend, status, at, run_id, actor, method)
        select n, concat('m', n), 't', 'v', 'n', 'core', 'postgresql', 'applied', utc_timestamp(3), 'R', 'a', 'cli'
        from ${number}`)
      yield* ask(`analyze table ${Object.values(tables).join(", ")}`)
      const statements = MysqlStatements.make(database.name, mysqlSteps)
      for (const [what, { text, values }] of Object.entries(asked(statements))) {
        const plan = yield* ask(`explain ${format(text, values as Array<string>)}`)
        for (const row of plan) {
          const shown = `${what}: ${JSON.stringify(plan)}`
          const away = /optimized away|no matching row|impossible/i.test(String(row["Extra"]))
          if (!away) assert.isNotNull(row["key"], shown)
        }
      }
    })
  )
})
