import * as fs from "node:fs"
import * as path from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import pg from "pg"
import * as UserProcess from "./UserProcess.ts"

const { Shared, gone, isAlive, readyPid, serverPid, supervisorPid, temporary, until } = UserProcess

const usersOf = (dataDir: string) =>
  Effect.map(Shared, ({ program }) => ({ dataDir, user: UserProcess.start(program, dataDir) }))

/** A data directory with a cluster in it, and how to start users of it. */
const made = Effect.flatMap(
  Effect.flatMap(Shared, shared => shared.made),
  usersOf
)

/** The same with nothing in it. */
const empty = Effect.flatMap(
  Effect.map(temporary, directory => path.join(directory, ".bfm")),
  usersOf
)

const welcome = (user: UserProcess.UserProcess) =>
  Effect.map(user.said, said => {
    assert.isUndefined(said.failed)
    return said
  })

const query = (said: UserProcess.Said, statement: string) =>
  Effect.promise(async () => {
    const client = new pg.Client({ host: said.host ?? "", port: said.port ?? 0, user: "postgres" })
    client.on("error", () => undefined)
    await client.connect()
    const result = await client.query(statement)
    await client.end()
    return result.rows
  })

const kill = (pid: number) => Effect.sync(() => process.kill(pid, "SIGKILL"))

layer(UserProcess.shared, { excludeTestServices: true, timeout: "3 minutes" })(
  "sharing the embedded server",
  it => {
    it.scoped("two processes share one server; it stops after the last", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* made
        const one = yield* user
        yield* welcome(one)
        const pid = serverPid(dataDir)
        const two = yield* user
        const said = yield* welcome(two)
        assert.strictEqual(serverPid(dataDir), pid)
        yield* one.leave
        const three = yield* user
        yield* welcome(three)
        assert.strictEqual(serverPid(dataDir), pid)
        yield* three.kill
        yield* query(said, "SELECT 1")
        yield* two.leave
        yield* gone(pid)
      })
    )

    it.scoped("six processes at once on an empty directory make one cluster and share it", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* empty
        const users = yield* Effect.all(Array.from({ length: 6 }, () => user))
        for (const each of users) yield* welcome(each)
        const pid = serverPid(dataDir)
        const log = fs.readFileSync(path.join(dataDir, "postgresql", "server.log"), "utf8")
        assert.strictEqual(log.match(/starting PostgreSQL/g)?.length, 1)
        for (const each of users) yield* each.kill
        yield* gone(pid)
      })
    )

    it.scoped("kill -9 of the only user stops the server", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* made
        const only = yield* user
        yield* welcome(only)
        const pid = serverPid(dataDir)
        const supervisor = supervisorPid(pid)
        yield* only.kill
        yield* gone(pid)
        yield* gone(supervisor)
      })
    )

    it.scoped("kill -9 of a user that is only just starting leaves nothing", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* empty
        const first = yield* user
        yield* until("initdb runs", () => {
          const base = path.join(dataDir, "postgresql")
          return fs.existsSync(base) && fs.readdirSync(base).some(name => name.startsWith("new."))
            ? true
            : undefined
        })
        yield* first.kill
        const second = yield* user
        yield* welcome(second)
        const pid = serverPid(dataDir)
        yield* second.leave
        yield* gone(pid)
      })
    )

    it.scoped("a server without user and supervisor is taken over by the next start, with its data", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* made
        const first = yield* user
        yield* query(yield* welcome(first), "CREATE TABLE kept AS SELECT 7 AS id")
        const pid = serverPid(dataDir)
        yield* kill(supervisorPid(pid))
        yield* first.kill
        assert.isTrue(isAlive(pid))
        const second = yield* user
        const said = yield* welcome(second)
        assert.strictEqual(serverPid(dataDir), pid)
        assert.deepStrictEqual(yield* query(said, "SELECT id FROM kept"), [{ id: 7 }])
        yield* second.kill
        yield* gone(pid)
      })
    )

    it.scoped("a server that dies is started again for those who use it", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* made
        const only = yield* user
        const said = yield* welcome(only)
        const pid = serverPid(dataDir)
        yield* kill(pid)
        const next = yield* until("another server is ready", () => {
          const found = readyPid(dataDir)
          return found === pid ? undefined : found
        })
        yield* query(said, "SELECT 1")
        yield* only.leave
        yield* gone(next)
      })
    )

    it.scoped("a process id that now belongs to somebody else does not keep it from starting", () =>
      Effect.gen(function* () {
        const { dataDir, user } = yield* made
        const first = yield* user
        yield* query(yield* welcome(first), "CREATE TABLE kept AS SELECT 7 AS id")
        const file = path.join(dataDir, "postgresql", "data", "postmaster.pid")
        const pid = serverPid(dataDir)
        const before = fs.readFileSync(file, "utf8")
        yield* kill(supervisorPid(pid))
        yield* kill(pid)
        yield* first.kill
        yield* gone(pid)
        fs.writeFileSync(file, before.replace(`${pid}`, `${process.pid}`))
        const second = yield* user
        assert.deepStrictEqual(yield* query(yield* welcome(second), "SELECT id FROM kept"), [{ id: 7 }])
        yield* second.leave
      })
    )
  }
)
