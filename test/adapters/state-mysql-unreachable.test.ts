import * as fs from "node:fs"
import { createServer, type Server as NetServer } from "node:net"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { Server } from "../../src/adapters/postgresql/Settings.ts"
import { layerMysql } from "../../src/adapters/state-sql/StateSql.ts"
import { Lock, type LockKey } from "../../src/ports/Lock.ts"
import { StateStore } from "../../src/ports/StateStore.ts"
import * as Certificates from "../fixtures/Certificates.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import * as MariadbServer from "../fixtures/MariadbServer.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import { layerIn, settingsOf } from "../fixtures/StateMysql.ts"
import { executions } from "../fixtures/StatePostgresql.ts"
import * as TestServer from "../fixtures/TestServer.ts"
import * as TlsFront from "../fixtures/TlsFront.ts"
import { execution, item, run } from "../ports/StateSubject.ts"

const secret = `hunter2 "Geheim' \\ü`
const nowhere: Mysql.Database = { host: "127.0.0.1", port: 9, username: "bfm", name: "app", url: "" }
const core: LockKey = { connection: "core", schema: "a" }

/** The first thing that every command does, with these settings. */
const attempt = (database: Mysql.Database, part: Partial<Server> = {}) =>
  Effect.provide(executions, layerMysql({ settings: settingsOf(database, part) }))

/** A user of the server, with what the server asks of him. */
const user = (database: Mysql.Database, asks: string) =>
  Effect.acquireRelease(
    Effect.as(
      Mysql.query(
        database,
        undefined,
        `create user '${database.name}'@'127.0.0.1' ${asks}`,
        `grant all on ${database.name}.* to '${database.name}'@'127.0.0.1'`
      ),
      database.name
    ),
    name => Mysql.query(database, undefined, `drop user '${name}'@'127.0.0.1'`)
  )

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`

/** A process of its own, for as long as the scope is open. */
const start = (process: Layer.Layer<StateStore | Lock>) => Layer.build(process)

const take = (context: Context.Context<Lock>, actor: string) =>
  Context.get(context, Lock).acquire(core, { runId: "R", actor }, 0, () => Effect.void)

describe("a state in MySQL that cannot be reached", { concurrent: true }, () => {
  it.live("says where it is and why", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(attempt(nowhere))
      assert.strictEqual(
        failure.message,
        "state database (127.0.0.1:9/app): could not read the executions: nothing listens there (BFM_STATE_DB_HOST, BFM_STATE_DB_PORT)"
      )
      assert.strictEqual(failure.code, "ECONNREFUSED")
    })
  )

  it.scopedLive("does not wait for a server that says nothing", () =>
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
      const failure = yield* Effect.flip(attempt({ ...nowhere, port })).pipe(Effect.timeout("60 seconds"))
      assert.match(failure.message, /no answer in time/)
    })
  )

  it.scopedLive("does not wait for a server that lets us in and then says nothing", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const front = yield* Interceptor.make(database.port)
      const reached = yield* Deferred.make<void>()
      const question = Buffer.from("SELECT 1")
      front.hold(question, Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never))
      const port = Number(new URL(`tcp://${front.endpoint}`).port)
      const process = layerMysql({ settings: settingsOf({ ...database, port }) })
      const store = Context.get(yield* start(process), StateStore)
      // Whoever gives up earlier does not spoil it for the next one.
      const waiting = yield* Effect.fork(store.executions(["core"]))
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(waiting)
      assert.deepStrictEqual(yield* Effect.timeout(store.executions(["core"]), "60 seconds"), [])
      front.hold(question, Effect.never)
      const failure = yield* Effect.flip(attempt({ ...database, port })).pipe(Effect.timeout("60 seconds"))
      assert.match(failure.message, /no answer in time/)
    })
  )

  it.scopedLive("leaves nothing behind that keeps the process going", () =>
    Effect.gen(function* () {
      const store = Context.get(yield* start(layerMysql({ settings: settingsOf(nowhere) })), StateStore)
      const timers = () => process.getActiveResourcesInfo().filter(name => name === "Timeout").length
      const before = timers()
      yield* Effect.repeatN(Effect.flip(store.executions(["core"])), 9)
      assert.isBelow(timers(), before + 9)
    })
  )

  it.scopedLive("says what to do about a database that is not there, or not for this user", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const failure = yield* Effect.flip(attempt({ ...database, name: "none_of_that_name" }))
      assert.match(failure.message, /Unknown database 'none_of_that_name'; create it first/)
      const username = yield* user(database, "identified by 'p'")
      const settings = { username, password: Redacted.make("p") }
      const refusal = yield* Effect.flip(attempt({ ...database, name: "mysql" }, settings))
      assert.match(refusal.message, /Access denied.*'mysql'; grant it/)
      assert.deepStrictEqual(yield* attempt(database, settings), [])
    })
  )

  it.scopedLive("gets a password whatever is in it, and never shows it", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const username = yield* user(database, `identified by ${quoted(secret)}`)
      const password = Redacted.make(secret)
      for (const tls of ["disable", "prefer"] as const) {
        assert.deepStrictEqual(yield* attempt(database, { username, password, tls }), [])
      }
      const wrong = { username, password: Redacted.make(`${secret}!`) }
      const failures = yield* Effect.forEach(
        [
          attempt(database, wrong),
          attempt(database, { username, password: Redacted.make("") }),
          attempt(nowhere, wrong),
          attempt(database, { ...wrong, tls: "verify-full", rootCertificate: "/no/such.pem" }),
          attempt(database, { ...wrong, tls: "verify-full" }),
          attempt(database, { ...wrong, host: "no-such-host.invalid" }),
          attempt(database, { ...wrong, host: "/no/such/socket" }),
          attempt(database, { username, password, database: "none_of_that_name" })
        ],
        effect => Effect.sandbox(Effect.flip(effect))
      )
      for (const failure of failures) {
        assert.strictEqual(failure._tag, "StateUnavailable")
        assert.isFalse(`${failure.message}${failure.stack}${JSON.stringify(failure)}`.includes("Geheim"))
      }
      assert.match(failures[0]?.message ?? "", /Access denied.*BFM_STATE_DB_PASSWORD/)
      assert.strictEqual(failures[0]?.code, "1045")
    })
  )

  it.scopedLive("is told the password that its file has now", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const username = yield* user(database, "identified by 'first'")
      const file = path.join(yield* TestServer.temporary, "password")
      fs.writeFileSync(file, "first\n")
      const settings = settingsOf(database, { username, password: { path: file } })
      const context = yield* start(layerMysql({ settings }))
      const store = Context.get(context, StateStore)
      assert.deepStrictEqual(yield* store.executions(["core"]), [])
      const renewed = (password: string) =>
        Effect.gen(function* () {
          yield* Mysql.query(
            database,
            undefined,
            `alter user '${username}'@'127.0.0.1' identified by '${password}'`
          )
          const sessions = yield* Mysql.query(
            database,
            undefined,
            `select id from information_schema.processlist where user = '${username}'`
          )
          yield* Mysql.query(database, undefined, ...sessions.map(({ id }) => `kill ${String(id)}`))
        })
      yield* renewed("second")
      assert.match((yield* Effect.flip(store.executions(["core"]))).message, /Access denied/)
      fs.writeFileSync(file, "second")
      assert.deepStrictEqual(yield* store.executions(["core"]), [])
      // Whoever has a lock has a session of his own.
      yield* renewed("third")
      fs.writeFileSync(file, "third")
      yield* Effect.scoped(take(context, "a"))
      fs.rmSync(file)
      assert.match(
        (yield* Effect.flip(attempt(database, { username, password: { path: file } }))).message,
        /the password's file .*password does not exist/
      )
    })
  )

  it.scopedLive("checks a certificate as it is told to", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const username = yield* user(database, "require ssl")
      const rootCertificate = TlsFront.authority
      const good: ReadonlyArray<Partial<Server>> = [
        { tls: "prefer" },
        { tls: "require" },
        { tls: "require", rootCertificate },
        { tls: "verify-ca", rootCertificate },
        { tls: "verify-full", rootCertificate, host: "localhost" }
      ]
      for (const part of good) {
        assert.deepStrictEqual(yield* attempt(database, { username, ...part }), [], JSON.stringify(part))
      }
      const reasonOf = (part: Partial<Server>) =>
        Effect.map(Effect.flip(attempt(database, { username, ...part })), ({ reason }) => reason)
      assert.match(yield* reasonOf({ tls: "disable" }), /Access denied/)
      assert.match(yield* reasonOf({ tls: "verify-ca" }), /BFM_STATE_DB_SSLROOTCERT/)
      // The certificate is good for localhost only, and this is not how the server was called.
      assert.match(
        yield* reasonOf({ tls: "verify-full", rootCertificate }),
        /127\.0\.0\.1.*BFM_STATE_DB_SSLMODE/
      )
    })
  )

  it.scopedLive("shows a certificate where the server wants one", () =>
    Effect.gen(function* () {
      const files = yield* Certificates.make
      const server = yield* MariadbServer.startWith(directory =>
        Object.entries({ ca: files.ca, ...files.server }).map(([name, from]) => {
          const file = path.join(directory, `${name}.pem`)
          fs.copyFileSync(from, file)
          fs.chmodSync(file, 0o644)
          return `ssl-${name}=${file}`
        })
      )
      const database = yield* Mysql.databaseOf(server)
      const username = yield* user(database, "require x509")
      const own = { username, certificate: files.client.cert, key: files.client.key }
      const rootCertificate = files.ca
      for (const part of [{ tls: "prefer" }, { tls: "verify-full", rootCertificate }] as const)
        assert.deepStrictEqual(yield* attempt(database, { ...own, ...part }), [], part.tls)
      const reasonOf = (part: Partial<Server>) =>
        Effect.map(Effect.flip(attempt(database, { tls: "require", ...part })), ({ reason }) => reason)
      assert.match(yield* reasonOf({ username }), /Access denied/)
      const { cert: certificate, key } = files.stranger
      assert.match(yield* reasonOf({ username, certificate, key }), /unknown ca|BFM_STATE_DB_SSL|cut/)
      assert.match(yield* reasonOf({ ...own, key }), /cannot be used: .*mismatch/)
    })
  )
})

describe("a MariaDB that comes and goes", { concurrent: true }, () => {
  it.scopedLive("is told from one that is there: frozen, ended, begun again", () =>
    Effect.gen(function* () {
      const server = yield* MariadbServer.startWith()
      const database = yield* Mysql.databaseOf(server)
      assert.match(
        (yield* Effect.flip(attempt(database, { tls: "require" }))).reason,
        /does not do TLS \(BFM_STATE_DB_SSLMODE\)/
      )
      const settings = settingsOf(database, { tls: "prefer" })
      const process = layerMysql({ settings, answerTime: 400 })
      const [one, two] = [yield* start(process), yield* start(process)]
      const store = Context.get(one, StateStore)
      const scope = yield* Scope.make()
      yield* store.record([{ _tag: "Execution", execution: execution() }])
      yield* Scope.extend(take(one, "a"), scope)

      yield* server.freeze
      for (const effect of [
        store.executions(["core"]),
        store.record([{ _tag: "Run", run: run() }]),
        Effect.scoped(take(two, "b"))
      ]) {
        const failure = yield* Effect.flip<unknown, { readonly message: string }, never>(effect).pipe(
          Effect.timeout("60 seconds")
        )
        assert.match(failure.message, /(a statement was not answered|no answer) in time/)
      }
      yield* server.thaw
      assert.lengthOf(yield* store.executions(["core"]), 1)

      yield* server.stop("TERM")
      assert.match((yield* Effect.flip(store.executions(["core"]))).message, /nothing listens there|was cut/)
      yield* server.start
      // The lock went with its session, and whoever had it does not think otherwise.
      yield* Effect.scoped(take(two, "b"))
      yield* Scope.close(scope, Exit.void)
      yield* Effect.scoped(take(one, "a"))

      yield* server.stop("KILL")
      yield* server.start
      const found = yield* Effect.retry(store.executions(["core"]), { times: 1 })
      assert.deepStrictEqual(found, [execution()])
    })
  )

  it.scopedLive("may have settings of its own", () =>
    Effect.gen(function* () {
      const server = yield* MariadbServer.startWith([
        "sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT",
        "default-time-zone=+05:30",
        "autocommit=0",
        "completion-type=CHAIN",
        "transaction-isolation=SERIALIZABLE",
        "character-set-server=latin1",
        "skip-character-set-client-handshake",
        "default-storage-engine=Aria",
        "lower-case-table-names=1",
        "group-concat-max-len=4",
        "wait-timeout=1"
      ])
      const database = yield* Mysql.databaseOf(server)
      const error = `a\\'b "c" ✓ 🎉`
      const one = yield* start(layerIn(database))
      const store = Context.get(one, StateStore)
      yield* store.record([
        { _tag: "Execution", execution: execution({ error }) },
        { _tag: "Run", run: run() },
        { _tag: "History", item: item({ error }) }
      ])
      yield* take(one, "a")
      // Longer than the server lets a session of its own wait.
      yield* Effect.sleep("2500 millis")
      const two = yield* start(layerIn(database))
      const other = Context.get(two, StateStore)
      assert.deepStrictEqual(yield* other.executions(["core"]), [execution({ error })])
      assert.deepStrictEqual((yield* other.history({ limit: 5 })).items, [item({ error })])
      assert.deepStrictEqual(yield* other.run("R1"), run())
      const [held] = yield* Context.get(two, Lock).held
      assert.approximately(held?.since ?? 0, Date.now(), 60_000)
      assert.strictEqual((yield* Effect.flip(Effect.scoped(take(two, "b"))))._tag, "LockBusy")
      const tooLong = {
        _tag: "Execution",
        execution: execution({ status: "failed", name: "x".repeat(400) })
      } as const
      assert.isTrue(Exit.isFailure(yield* Effect.exit(store.record([tooLong]))))
    })
  )
})
