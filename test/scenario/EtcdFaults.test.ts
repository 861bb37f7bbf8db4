import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import { Signals } from "../../src/ports/Signals.ts"
import * as Etcd from "../fixtures/Etcd.ts"
import * as EtcdFull from "../fixtures/EtcdFull.ts"
import * as Many from "../fixtures/EtcdMany.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { removeAll } from "../fixtures/EtcdProject.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import * as Scenario from "../fixtures/Scenario.ts"

describe("an etcd run", { concurrent: true }, () => {
  const server = Team.shared()

  it.scopedLive(
    "recognizes its own transaction when the answer was lost: the first and the last, and back",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* Many.team(server(), between.endpoint, [...Team.many(300), removeAll("old/")])
        yield* Effect.promise(() => server().client.put(`${made.prefix}old/x`).value("kept"))
        const there = (n: number) => Many.until(server(), `${made.prefix}${Many.key(n)}`, 1)
        between.swallow(
          Many.marker(made, 0),
          Effect.tap(there(0), () => Effect.sync(() => between.swallow(Many.marker(made, 299), there(299))))
        )
        const { applied, failures } = yield* made.up()
        assert.deepStrictEqual([applied, failures], [[Team.id(1, "many")], []])
        assert.strictEqual(between.intercepted(), 2)
        yield* Many.onceEach(server(), made, 300)
        // The last transaction back takes the ledger's entry with it: there is no attempt to know it by.
        const restored = Scenario.until(
          Effect.map(Many.entry(made), found => (found === null ? [{}] : [])),
          "the entry's end"
        )
        between.swallow(Interceptor.remove(`${made.ledger}ledger/metadata//${Team.id(1, "many")}`), restored)
        const back = yield* made.run(Bfm.down({ id: Team.id(1, "many") }))
        assert.deepStrictEqual(back.failures, [])
        assert.strictEqual(between.intercepted(), 3)
        assert.deepStrictEqual(yield* made.keys, { "old/x": "kept" })
      })
  )

  it.scopedLive("looks what became of a transaction of which etcd says that there was no space for it", () =>
    Effect.gen(function* () {
      const between = yield* EtcdFull.make(server().port)
      const made = yield* Many.team(server(), between.endpoint, Team.many(300))
      between.say(Many.marker(made, 130))
      // It has been carried out: etcd counts the space before, and says so afterwards.
      assert.deepStrictEqual((yield* made.up()).failures, [])
      yield* Many.onceEach(server(), made, 300)
    })
  )

  it.scopedLive("is fenced off when its lock was stolen, and what it had under way does not happen", () =>
    Effect.gen(function* () {
      const between = yield* Interceptor.make(server().port)
      const made = yield* Many.team(server(), between.endpoint, Team.many(300))
      const thief = Effect.promise(async () => {
        const lock = `${made.ledger}lock/${encodeURIComponent(made.prefix)}`
        await server().client.delete().key(lock)
        await server().client.put(lock).value("{}")
      })
      between.hold(Many.marker(made, 130), thief)
      const failure = yield* Effect.flatMap(Scenario.failing(made.up()), error =>
        error._tag === "RunFailed" ? Effect.succeed(error.result.failures[0]) : Effect.die(error)
      )
      assert.strictEqual(failure?.code, "BF010")
      assert.strictEqual(
        failure?.aftermath,
        "1 of 3 transactions are done and stay; the next run goes on with number 2"
      )
      yield* Many.onceEach(server(), made, 127)
      yield* Effect.promise(() => server().client.delete().prefix(`${made.ledger}lock/`))
      yield* made.up()
      yield* Many.onceEach(server(), made, 300)
    })
  )

  it.scopedLive(
    "that is aborted finishes the transaction under way, and the next one goes on from there",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* Many.team(server(), between.endpoint, Team.many(300))
        const abort = yield* Deferred.make<void>()
        between.hold(Many.marker(made, 130), Deferred.succeed(abort, undefined))
        const error = yield* Scenario.failing(made.up()).pipe(
          Effect.provideService(Signals, { stop: Effect.never, abort: Deferred.await(abort) })
        )
        if (error._tag !== "RunFailed") return yield* Effect.die(error)
        const [failure] = error.result.failures
        assert.deepStrictEqual(
          [failure?.code, failure?.aftermath],
          ["BF015", "2 of 3 transactions are done and stay; the next run goes on with number 3"]
        )
        yield* Many.onceEach(server(), made, 254)
        yield* made.up()
        yield* Many.onceEach(server(), made, 300)
      })
  )

  it.scopedLive("of three at once is one, and the others find that it is done", () =>
    Effect.gen(function* () {
      const made = yield* Many.team(server())
      const others = yield* Effect.all([Team.make(server()), Team.make(server())])
      const results = yield* Effect.forEach(
        [made, ...others],
        one => {
          one.migration(1, "many", Team.many(Many.count))
          return one.run(Bfm.up({ target: { connections: ["metadata"] } }), made.metadata)
        },
        { concurrency: 3 }
      )
      assert.deepStrictEqual(
        results.flatMap(({ applied }) => applied),
        [Team.id(1, "many")]
      )
      assert.isTrue(results.every(({ success }) => success))
      yield* Many.onceEach(server(), made)
      const agreed =
        others[0]?.run(Bfm.status({ connections: ["metadata"] }), made.metadata) ?? Effect.dieMessage("x")
      assert.strictEqual((yield* agreed).items[0]?.status, "applied")
    })
  )
})

describe("an etcd server", { concurrent: true }, () => {
  it.scopedLive("that is killed again and again, and comes back, gets everything once", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const made = yield* Many.team(server)
      const run = yield* Effect.fork(made.up())
      for (const reached of [200, 700, 1_200]) {
        yield* Many.until(server, `${made.prefix}k/`, reached)
        yield* server.kill
        yield* server.start
      }
      const { failures } = yield* Fiber.join(run)
      assert.deepStrictEqual(failures, [])
      yield* Many.onceEach(server, made)
      yield* Many.rolledBack(made)
    })
  )

  it.scopedLive("that stands still is not waited for without end; what it was told counts once", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const between = yield* Interceptor.make(server.port)
      const made = yield* Many.team(server, between.endpoint)
      // Long enough for a server that does not stand still, also on a busy machine.
      const impatient = { METADATA_TIMEOUT: "3s" }
      between.hold(Many.marker(made, 500), server.freeze)
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
      yield* Many.onceEach(server, made)
      yield* Many.rolledBack(made)
    })
  )

  it.scopedLive("that is not there is said to be unreachable, and soon", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const made = yield* Many.team(server)
      yield* server.kill
      const error = yield* Scenario.failing(made.up())
      assert.strictEqual(error._tag, "ConnectionUnreachable")
      // On a busy machine the client gives up before it knows more.
      const why = error.message.replace(`connection metadata (${server.endpoint}): `, "")
      assert.oneOf(why, [`connect ECONNREFUSED ${server.endpoint}`, "no connection could be made"])
    })
  )
})
