import { createServer, type Server as NetServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { defaultPool, type PostgresqlSettings, type Server } from "../../src/adapters/postgresql/Settings.ts"
import type { Options } from "../../src/adapters/state-sql/postgresql/Dialect.ts"
import { layerPostgresql } from "../../src/adapters/state-sql/StateSql.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import { executions, layerIn, resolve, settingsOf } from "../fixtures/StatePostgresql.ts"

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
