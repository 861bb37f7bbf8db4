import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Etcd from "../fixtures/Etcd.ts"
import * as Many from "../fixtures/EtcdMany.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { put } from "../fixtures/EtcdProject.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import { ended } from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

describe("an etcd run", { concurrent: true }, () => {
  const server = Team.shared()

  it.scopedLive("that is killed between two transactions goes on after what is done", () =>
    Effect.gen(function* () {
      const made = yield* Many.team(server())
      const child = made.spawn(["migrate", "up", "--connection", "metadata", "--json"])
      yield* Many.until(server(), `${made.prefix}k/`, 300)
      child.kill("SIGKILL")
      yield* Many.gone(child)
      const { units_done, state } = yield* Many.entry(made)
      assert.strictEqual(state, "running")
      assert.isBelow(units_done, 15)
      const plan = yield* made.run(Bfm.plan({ target: { connections: ["metadata"] } }))
      assert.strictEqual(plan.steps[0]?.resume_at, units_done)
      const [status] = (yield* made.run(Bfm.status({ connections: ["metadata"] }))).items
      assert.strictEqual(status?.status, "interrupted")
      // The lease of the dead ends by itself.
      yield* made.up()
      yield* Many.onceEach(server(), made)
      yield* Many.rolledBack(made)
    })
  )

  it.scopedLive("that is killed while a transaction is under way finds out that it went through", () =>
    Effect.gen(function* () {
      const between = yield* Interceptor.make(server().port)
      const made = yield* Many.team(server(), between.endpoint)
      yield* Effect.promise(() =>
        server()
          .client.put(`${made.prefix}${Many.key(300)}`)
          .value("read")
      )
      const child = made.spawn(["migrate", "up", "--connection", "metadata"])
      const late = Effect.promise(() =>
        server()
          .client.put(`${made.prefix}${Many.key(300)}`)
          .value("meanwhile")
      )
      between.hold(
        Many.marker(made, 300),
        Effect.zipRight(
          late,
          Effect.zipRight(
            Effect.sync(() => child.kill("SIGKILL")),
            Many.gone(child)
          )
        )
      )
      yield* Many.gone(child)
      yield* Many.until(server(), `${made.prefix}${Many.key(380)}`, 1)
      assert.strictEqual(between.intercepted(), 1)
      assert.strictEqual((yield* Many.entry(made)).units_done, 3)
      yield* made.up()
      assert.strictEqual((yield* Many.entry(made)).state, "applied")
      const { kvs } = yield* Effect.promise(() => server().client.getAll().prefix(`${made.prefix}k/`).exec())
      assert.deepStrictEqual([...new Set(kvs.map(({ version }) => version))].sort(), ["1", "3"])
      yield* made.run(Bfm.down({ id: Team.id(1, "many") }))
      assert.deepStrictEqual(yield* made.keys, { [Many.key(300)]: "meanwhile" })
    })
  )

  it.scopedLive("that was killed at such a moment says so when etcd has forgotten what it replaced", () =>
    Effect.gen(function* () {
      const own = yield* Etcd.make()
      const between = yield* Interceptor.make(own.port)
      const made = yield* Many.team(own, between.endpoint, [put("a", "new")])
      yield* Effect.promise(() => own.client.put(`${made.prefix}a`).value("read"))
      const child = made.spawn(["migrate", "up", "--connection", "metadata"])
      between.hold(
        Interceptor.put(`${made.prefix}a`, "new"),
        Effect.zipRight(
          Effect.sync(() => child.kill("SIGKILL")),
          Many.gone(child)
        )
      )
      yield* Many.gone(child)
      yield* Scenario.until(
        Effect.map(made.keys, ({ a }) => (a === "new" ? [{}] : [])),
        "the transaction"
      )
      const revision = (yield* Effect.promise(() => own.client.get(`${made.prefix}a`).exec())).header.revision
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
    })
  )

  it.scopedLive(
    "that stood still for longer than its lease finds that another has done it, and adds nothing",
    () =>
      Effect.gen(function* () {
        const between = yield* Interceptor.make(server().port)
        const made = yield* Many.team(server(), between.endpoint)
        const other = yield* Team.make(server())
        other.migration(1, "many", Team.many(Many.count))
        const child = made.spawn(["migrate", "up", "--connection", "metadata", "--json"])
        const output = yield* Effect.fork(ended(child))
        between.hold(
          Many.marker(made, 500),
          Effect.sync(() => child.kill("SIGSTOP"))
        )
        yield* Many.until(server(), `${made.prefix}${Many.key(507)}`, 1)
        // With a state of its own: only the lease in etcd keeps them apart.
        const { applied } = yield* other.run(Bfm.up({ target: { connections: ["metadata"] } }), made.metadata)
        assert.deepStrictEqual(applied, [Team.id(1, "many")])
        child.kill("SIGCONT")
        const { code, stdout } = yield* Fiber.join(output)
        assert.strictEqual(code, 4, stdout)
        assert.match(JSON.parse(stdout).failures[0].code, /BF01[01]/)
        yield* Many.onceEach(server(), made)
      })
  )
})
