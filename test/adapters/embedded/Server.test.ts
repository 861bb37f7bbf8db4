import * as fs from "node:fs"
import * as path from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Server from "../../../src/adapters/embedded/Server.ts"
import * as Postgresql from "../../fixtures/Postgresql.ts"
import * as UserProcess from "./UserProcess.ts"

const { Shared, gone, serverPid, temporary } = UserProcess

/** A data directory with a cluster in it. */
const made = Effect.flatMap(Shared, shared => shared.made)

const urlOf = (address: Server.Address, database: string): string =>
  `postgres://${address.username}@/${database}?host=${encodeURIComponent(address.host)}&port=${address.port}`

const ask = (address: Server.Address, database: string, ...statements: ReadonlyArray<string>) =>
  Postgresql.query(urlOf(address, database), ...statements)

const use = <A, E>(dataDir: string, effect: Effect.Effect<A, E, Server.Embedded>) =>
  Effect.provide(effect, Server.layer(dataDir))

const started = (dataDir: string) =>
  Effect.scoped(
    Effect.flatMap(Server.acquire(dataDir), address => ask(address, "postgres", "SELECT 1 AS one"))
  )

layer(UserProcess.shared, { excludeTestServices: true, timeout: "3 minutes" })("embedded server", it => {
  it.scoped("keeps what was written from one start to the next", () =>
    Effect.gen(function* () {
      const dataDir = `${yield* temporary}/.bfm`
      yield* use(
        dataDir,
        Effect.gen(function* () {
          const embedded = yield* Server.Embedded
          const address = yield* embedded.ensureDatabase("app")
          yield* ask(address, "app", "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
        })
      )
      yield* use(
        dataDir,
        Effect.gen(function* () {
          const embedded = yield* Server.Embedded
          const address = yield* embedded.ensureDatabase("app")
          assert.deepStrictEqual(yield* ask(address, "app", "SELECT id FROM kept"), [{ id: 7 }])
          assert.deepStrictEqual(yield* ask(address, "app", "SHOW fsync"), [{ fsync: "on" }])
          assert.deepStrictEqual(yield* ask(address, "app", "SHOW server_encoding"), [
            { server_encoding: "UTF8" }
          ])
          assert.deepStrictEqual(yield* ask(address, "app", "SHOW listen_addresses"), [
            { listen_addresses: "" }
          ])
        })
      )
      assert.strictEqual(fs.readFileSync(path.join(dataDir, ".gitignore"), "utf8"), "*\n")
    })
  )

  it.scoped("starts once for everybody in a process, and only when asked", () =>
    Effect.gen(function* () {
      const dataDir = `${yield* temporary}/.bfm`
      yield* use(
        dataDir,
        Effect.gen(function* () {
          const embedded = yield* Server.Embedded
          assert.isFalse(fs.existsSync(dataDir))
          const names = ["app", 'quo"ted', "app", "Größe", "app"]
          const addresses = yield* Effect.forEach(names, embedded.ensureDatabase, { concurrency: 5 })
          assert.strictEqual(new Set(addresses).size, 1)
          for (const address of addresses.slice(0, 1)) {
            const rows = yield* ask(address, "postgres", "SELECT datname FROM pg_database ORDER BY 1")
            const found = rows.map(({ datname }) => datname)
            for (const name of names) assert.include(found, name)
          }
          assert.strictEqual(fs.readdirSync(path.join(dataDir, "postgresql", "answers")).length, 0)
        })
      )
    })
  )

  it.scoped("starts also for whoever may not be interrupted meanwhile", () =>
    Effect.gen(function* () {
      const dataDir = yield* made
      const rows = yield* started(dataDir).pipe(
        Effect.uninterruptible,
        Effect.disconnect,
        Effect.timeout("1 minute")
      )
      assert.deepStrictEqual(rows, [{ one: 1 }])
    })
  )

  it.scoped("comes back at once, also while it is going down", () =>
    Effect.gen(function* () {
      const dataDir = yield* made
      yield* Effect.repeatN(
        Effect.map(started(dataDir), rows => assert.deepStrictEqual(rows, [{ one: 1 }])),
        9
      )
    })
  )

  for (const name of ["0700", `long/${"x".repeat(120)}`, "with , and ' and \" and $HOME and blanks"]) {
    it.scoped(`starts in a directory of the kind ${name.slice(0, 20)}`, () =>
      Effect.gen(function* () {
        const closed = path.join(yield* temporary, name)
        fs.mkdirSync(closed, { recursive: true })
        fs.chmodSync(closed, 0o700)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const address = yield* Server.acquire(path.join(closed, ".bfm"))
            assert.isBelow(Buffer.byteLength(`${address.host}/.s.PGSQL.${address.port}`), 100)
            assert.strictEqual(fs.statSync(address.host).mode & 0o777, 0o700)
            assert.deepStrictEqual(yield* ask(address, "postgres", "SELECT 1 AS one"), [{ one: 1 }])
          })
        )
      })
    )
  }

  it.scoped("leaves data of another version alone and says so", () =>
    Effect.gen(function* () {
      const dataDir = `${yield* temporary}/.bfm`
      const version = path.join(dataDir, "postgresql", "data", "PG_VERSION")
      fs.mkdirSync(path.dirname(version), { recursive: true })
      fs.writeFileSync(version, "9\n")
      const error = yield* Effect.flip(started(dataDir))
      assert.include(error.message, "its data was made by PostgreSQL 9")
      assert.include(error.message, "BFM_DATA_DIR")
      assert.strictEqual(fs.readFileSync(version, "utf8"), "9\n")
    })
  )

  it.scoped("shows the server's own last words when it does not start", () =>
    Effect.gen(function* () {
      const dataDir = yield* made
      fs.appendFileSync(
        path.join(dataDir, "postgresql", "data", "postgresql.conf"),
        "\nwork_mem = nonsense\n"
      )
      const error = yield* Effect.flip(started(dataDir))
      assert.include(error.message, "work_mem")
      assert.include(error.message, "server.log")
    })
  )

  it.scoped("is not irritated when its directory is deleted under it", () =>
    Effect.gen(function* () {
      const dataDir = yield* made
      const old = yield* Scope.make()
      yield* Scope.extend(Server.acquire(dataDir), old)
      const before = serverPid(dataDir)
      fs.rmSync(dataDir, { recursive: true, force: true })
      const address = yield* Server.acquire(dataDir)
      assert.notStrictEqual(serverPid(dataDir), before)
      yield* Scope.close(old, Exit.void)
      yield* gone(before)
      assert.deepStrictEqual(yield* ask(address, "postgres", "SELECT 1 AS one"), [{ one: 1 }])
    })
  )
})
