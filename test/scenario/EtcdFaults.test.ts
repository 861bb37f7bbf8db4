import type { ChildProcess } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import { Signals } from "../../src/ports/Signals.ts"
import * as Etcd from "../fixtures/Etcd.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { put, removeAll } from "../fixtures/EtcdProject.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import { ended } from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const count = 1801
const key = (n: number) => `k/${String(n).padStart(5, "0")}`

/** Every key of the many is there, and was written once. */
const onceEach = (server: Etcd.Server, team: Team.EtcdProject, wanted = count) =>
  Effect.gen(function* () {
    const { kvs } = yield* Effect.promise(() => server.client.getAll().prefix(`${team.prefix}k/`).exec())
    assert.lengthOf(kvs, wanted)
    assert.deepStrictEqual(
      kvs.filter(({ version }) => version !== "1").map(it => it.key.toString()),
      []
    )
  })

/** Waits until so many keys are there. */
const until = (server: Etcd.Server, prefix: string, wanted: number) =>
  Scenario.until(
    Effect.map(
      Effect.promise(() => server.client.getAll().prefix(prefix).count()),
      found => (found >= wanted ? [{}] : [])
    ),
    `${wanted} keys below ${prefix}`
  )

const gone = (child: ChildProcess) =>
  Effect.async<void>(resume => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("close", () => resume(Effect.void))
  })

const marker = (team: Team.EtcdProject, n: number) => Interceptor.put(`${team.prefix}${key(n)}`, "v")
const entry = (team: Team.EtcdProject) =>
  Effect.map(team.records, records => JSON.parse(records[`ledger/metadata//${Team.id(1, "many")}`] ?? "null"))

const rolledBack = (team: Team.EtcdProject) =>
  Effect.gen(function* () {
    yield* team.run(Bfm.down({ id: Team.id(1, "many") }))
    assert.deepStrictEqual(yield* team.keys, {})
    const left = Object.keys(yield* team.records).filter(record => !record.startsWith("script/"))
    assert.deepStrictEqual(left, [])
  })

const team = (server: Etcd.Server, endpoint?: string, operations = Team.many(count)) =>
  Effect.tap(Team.make(server, endpoint), made => Effect.sync(() => made.migration(1, "many", operations)))

describe("an etcd run", () => {
  const server = Team.shared()

  it.scopedLive(
    "that is killed between two transactions goes on after what is done",
    () =>
      Effect.gen(function* () {
        const made = yield* team(server())
        const child = made.spawn(["migrate", "up", "--connection", "metadata", "--json"])
        yield* until(server(), `${made.prefix}k/`, 300)
        child.kill("SIGKILL")
        yield* gone(child)
        const { units_done, state } = yield* entry(made)
        assert.strictEqual(state, "running")
        assert.isBelow(units_done, 15)
        const plan = yield* made.run(Bfm.plan({ target: { connections: ["metadata"] } }))
        assert.strictEqual(plan.steps[0]?.resume_at, units_done)
        const [status] = (yield* made.run(Bfm.status({ connections: ["metadata"] }))).items
        assert.strictEqual(status?.status, "interrupted")
        // The lease of the dead ends by itself.
        yield* made.up()
        yield* onceEach(server(), made)
        yield* rolledBack(made)
      }),
    90_000
  )

  it.scopedLive(
    "that is killed while a transaction is under way finds out that it went through",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* team(server(), between.endpoint)
        yield* Effect.promise(() =>
          server()
            .client.put(`${made.prefix}${key(300)}`)
            .value("read")
        )
        const child = made.spawn(["migrate", "up", "--connection", "metadata"])
        const late = Effect.promise(() =>
          server()
            .client.put(`${made.prefix}${key(300)}`)
            .value("meanwhile")
        )
        between.hold(
          marker(made, 300),
          Effect.zipRight(
            late,
            Effect.zipRight(
              Effect.sync(() => child.kill("SIGKILL")),
              gone(child)
            )
          )
        )
        yield* gone(child)
        yield* until(server(), `${made.prefix}${key(380)}`, 1)
        assert.strictEqual(between.intercepted(), 1)
        assert.strictEqual((yield* entry(made)).units_done, 3)
        yield* made.up()
        assert.strictEqual((yield* entry(made)).state, "applied")
        const { kvs } = yield* Effect.promise(() =>
          server().client.getAll().prefix(`${made.prefix}k/`).exec()
        )
        assert.deepStrictEqual([...new Set(kvs.map(({ version }) => version))].sort(), ["1", "3"])
        yield* made.run(Bfm.down({ id: Team.id(1, "many") }))
        assert.deepStrictEqual(yield* made.keys, { [key(300)]: "meanwhile" })
      }),
    90_000
  )

  it.scopedLive(
    "that was killed at such a moment says so when etcd has forgotten what it replaced",
    () =>
      Effect.gen(function* () {
        const own = yield* Etcd.make()
        const between = yield* Interceptor.make(own.port)
        const made = yield* team(own, between.endpoint, [put("a", "new")])
        yield* Effect.promise(() => own.client.put(`${made.prefix}a`).value("read"))
        const child = made.spawn(["migrate", "up", "--connection", "metadata"])
        between.hold(
          Interceptor.put(`${made.prefix}a`, "new"),
          Effect.zipRight(
            Effect.sync(() => child.kill("SIGKILL")),
            gone(child)
          )
        )
        yield* gone(child)
        yield* Scenario.until(
          Effect.map(made.keys, ({ a }) => (a === "new" ? [{}] : [])),
          "the transaction"
        )
        const revision = (yield* Effect.promise(() => own.client.get(`${made.prefix}a`).exec())).header
          .revision
        yield* Effect.promise(() => own.client.kv.compact({ revision, physical: true }))
        const shown = yield* made.cli(["migrate", "down", Team.id(1, "many"), "--dry-run"])
        assert.match(
          shown.stderr,
          /etcd does not remember whether somebody wrote in between; rolling it back restores what was read/
        )
        assert.include(shown.stdout, `${made.prefix}a: "new" → "read"`)
        // A run settles it for ever, and the next one still says so.
        made.migration(2, "next", [put("b")])
        const up = yield* made.cli(["migrate", "up", "--connection", "metadata"])
        assert.match(up.stderr, /etcd does not remember/)
        const down = yield* made.cli(["migrate", "down", Team.id(1, "many"), "--yes"])
        assert.match(down.stderr, /etcd does not remember/)
        assert.deepStrictEqual(yield* made.keys, { a: "read", b: "v" })
      }),
    90_000
  )

  it.scopedLive(
    "recognizes its own transaction when the answer was lost: the first and the last, and back",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* team(server(), between.endpoint, [...Team.many(300), removeAll("old/")])
        yield* Effect.promise(() => server().client.put(`${made.prefix}old/x`).value("kept"))
        const there = (n: number) => until(server(), `${made.prefix}${key(n)}`, 1)
        between.swallow(
          marker(made, 0),
          Effect.tap(there(0), () => Effect.sync(() => between.swallow(marker(made, 299), there(299))))
        )
        const { applied, failures } = yield* made.up()
        assert.deepStrictEqual([applied, failures], [[Team.id(1, "many")], []])
        assert.strictEqual(between.intercepted(), 2)
        yield* onceEach(server(), made, 300)
        // The last transaction back takes the ledger's entry with it: there is no attempt to know it by.
        const restored = Scenario.until(
          Effect.map(entry(made), found => (found === null ? [{}] : [])),
          "the entry's end"
        )
        between.swallow(Interceptor.remove(`${made.ledger}ledger/metadata//${Team.id(1, "many")}`), restored)
        const back = yield* made.run(Bfm.down({ id: Team.id(1, "many") }))
        assert.deepStrictEqual(back.failures, [])
        assert.strictEqual(between.intercepted(), 3)
        assert.deepStrictEqual(yield* made.keys, { "old/x": "kept" })
      })
  )

  it.scopedLive("is fenced off when its lock was stolen, and what it had under way does not happen", () =>
    Effect.gen(function* () {
      const between = yield* Interceptor.make(server().port)
      const made = yield* team(server(), between.endpoint, Team.many(300))
      const thief = Effect.promise(async () => {
        const lock = `${made.ledger}lock/${encodeURIComponent(made.prefix)}`
        await server().client.delete().key(lock)
        await server().client.put(lock).value("{}")
      })
      between.hold(marker(made, 130), thief)
      const failure = yield* Effect.flatMap(Scenario.failing(made.up()), error =>
        error._tag === "RunFailed" ? Effect.succeed(error.result.failures[0]) : Effect.die(error)
      )
      assert.strictEqual(failure?.code, "BF010")
      assert.strictEqual(
        failure?.aftermath,
        "1 of 3 transactions are done and stay; the next run goes on with number 2"
      )
      yield* onceEach(server(), made, 127)
      yield* Effect.promise(() => server().client.delete().prefix(`${made.ledger}lock/`))
      yield* made.up()
      yield* onceEach(server(), made, 300)
    })
  )

  it.scopedLive(
    "that stood still for longer than its lease finds that another has done it, and adds nothing",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* team(server(), between.endpoint)
        const other = yield* Team.make(server())
        other.migration(1, "many", Team.many(count))
        const child = made.spawn(["migrate", "up", "--connection", "metadata", "--json"])
        const output = yield* Effect.fork(ended(child))
        between.hold(
          marker(made, 500),
          Effect.sync(() => child.kill("SIGSTOP"))
        )
        yield* until(server(), `${made.prefix}${key(507)}`, 1)
        // With a state of its own: only the lease in etcd keeps them apart.
        const { applied } = yield* other.run(Bfm.up({ target: { connections: ["metadata"] } }), made.metadata)
        assert.deepStrictEqual(applied, [Team.id(1, "many")])
        child.kill("SIGCONT")
        const { code, stdout } = yield* Fiber.join(output)
        assert.strictEqual(code, 4, stdout)
        assert.match(JSON.parse(stdout).failures[0].code, /BF01[01]/)
        yield* onceEach(server(), made)
      }),
    90_000
  )

  it.scopedLive(
    "that is aborted finishes the transaction under way, and the next one goes on from there",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* team(server(), between.endpoint, Team.many(300))
        const abort = yield* Deferred.make<void>()
        between.hold(marker(made, 130), Deferred.succeed(abort, undefined))
        const error = yield* Scenario.failing(made.up()).pipe(
          Effect.provideService(Signals, { stop: Effect.never, abort: Deferred.await(abort) })
        )
        if (error._tag !== "RunFailed") return yield* Effect.die(error)
        const [failure] = error.result.failures
        assert.deepStrictEqual(
          [failure?.code, failure?.aftermath],
          ["BF015", "2 of 3 transactions are done and stay; the next run goes on with number 3"]
        )
        yield* onceEach(server(), made, 254)
        yield* made.up()
        yield* onceEach(server(), made, 300)
      })
  )

  it.scopedLive("of three at once is one, and the others find that it is done", () =>
    Effect.gen(function* () {
      const made = yield* team(server())
      const others = yield* Effect.all([Team.make(server()), Team.make(server())])
      const results = yield* Effect.forEach(
        [made, ...others],
        one => {
          one.migration(1, "many", Team.many(count))
          return one.run(Bfm.up({ target: { connections: ["metadata"] } }), made.metadata)
        },
        { concurrency: 3 }
      )
      assert.deepStrictEqual(
        results.flatMap(({ applied }) => applied),
        [Team.id(1, "many")]
      )
      assert.isTrue(results.every(({ success }) => success))
      yield* onceEach(server(), made)
      const agreed =
        others[0]?.run(Bfm.status({ connections: ["metadata"] }), made.metadata) ?? Effect.dieMessage("x")
      assert.strictEqual((yield* agreed).items[0]?.status, "applied")
    })
  )
})

describe("an etcd server", () => {
  it.scopedLive(
    "that is killed again and again, and comes back, gets everything once",
    () =>
      Effect.gen(function* () {
        const server = yield* Etcd.make()
        const made = yield* team(server)
        const run = yield* Effect.fork(made.up())
        for (const reached of [200, 700, 1_200]) {
          yield* until(server, `${made.prefix}k/`, reached)
          yield* server.kill
          yield* server.start
        }
        const { failures } = yield* Fiber.join(run)
        assert.deepStrictEqual(failures, [])
        yield* onceEach(server, made)
        yield* rolledBack(made)
      }),
    90_000
  )

  it.scopedLive(
    "that stands still is not waited for without end; what it was told counts once",
    () =>
      Effect.gen(function* () {
        const server = yield* Etcd.make()
        const between = yield* Interceptor.make(server.port)
        const made = yield* team(server, between.endpoint)
        const impatient = { METADATA_TIMEOUT: "500ms" }
        between.hold(marker(made, 500), server.freeze)
        const error = yield* Scenario.failing(
          made.run(Bfm.up({ target: { connections: ["metadata"] } }), impatient)
        )
        if (error._tag !== "RunFailed") return yield* Effect.die(error)
        assert.strictEqual(
          error.result.failures[0]?.aftermath,
          "it is not known yet whether number 4 of 15 transactions was applied; the ledger in etcd knows: bfm status"
        )
        yield* server.thaw
        const { applied } = yield* made.up()
        assert.deepStrictEqual(applied, [Team.id(1, "many")])
        yield* onceEach(server, made)
        yield* rolledBack(made)
      }),
    90_000
  )

  it.scopedLive("that is not there is said to be unreachable, and soon", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const made = yield* team(server)
      yield* server.kill
      const error = yield* Scenario.failing(made.up())
      assert.strictEqual(error._tag, "ConnectionUnreachable")
      assert.strictEqual(
        error.message,
        `connection metadata (${server.endpoint}): connect ECONNREFUSED ${server.endpoint}`
      )
    })
  )
})
