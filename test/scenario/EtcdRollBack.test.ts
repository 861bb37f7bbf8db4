import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { put, remove, removeAll } from "../fixtures/EtcdProject.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const server = Team.shared()

const down = (team: Team.EtcdProject, n: number, name: string, part: { readonly generated?: boolean } = {}) =>
  team.run(Bfm.down({ id: Team.id(n, name), ...part }))

const write = (team: Team.EtcdProject, key: string, value: string | Buffer) =>
  Effect.promise(() => server().client.put(`${team.prefix}${key}`).value(value))

/** Nothing is left of it in the ledger but the texts, which are known by their hash, and no lock. */
const forgotten = (team: Team.EtcdProject) =>
  Effect.map(team.records, records => Object.keys(records).filter(key => !key.startsWith("script/")))

describe("rolling back on etcd", () => {
  it.scopedLive("without a down file restores every byte below the prefix", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
      yield* write(team, "binary", bytes)
      yield* write(team, "text", 'a "quoted" {{.Schema}} {{ .Name }} \n \u0000 é')
      yield* write(team, "empty", "")
      yield* Effect.promise(() =>
        server()
          .client.put(Buffer.concat([Buffer.from(`${team.prefix}gone/`), Buffer.from([0xff, 0])]))
          .value("odd key")
      )
      yield* write(team, "gone/b", bytes)
      const before = yield* team.keys
      team.migration(1, "change", [
        put("binary", "x"),
        put("text"),
        put("empty"),
        put("new"),
        put("gone/c"),
        removeAll("gone/"),
        put("gone/d"),
        put("binary", "twice"),
        remove("empty"),
        remove("never/there")
      ])
      yield* team.up()
      assert.deepStrictEqual(yield* team.keys, { binary: "twice", text: "v", new: "v", "gone/d": "v" })
      yield* down(team, 1, "change")
      assert.deepStrictEqual(yield* team.keys, before)
      assert.deepStrictEqual(yield* forgotten(team), [])
      assert.deepStrictEqual(yield* Scenario.statuses(team), { [Team.id(1, "change")]: "rolled_back" })
      assert.deepStrictEqual((yield* team.up()).applied, [Team.id(1, "change")])
    })
  )

  it.scopedLive("restores what was there before any script, with several transactions too", () =>
    Effect.gen(function* () {
      const key = fc.constantFrom("a", "b", "c/1", "c/2", "c/3", "d")
      const operation = fc.oneof(
        fc.tuple(key, fc.string({ maxLength: 5 })).map(([name, value]) => put(name, value)),
        key.map(remove),
        fc.constantFrom("c/", "", "a").map(removeAll)
      )
      const stories = fc.sample(
        fc.tuple(fc.dictionary(key, fc.string({ maxLength: 5 })), fc.array(operation, { maxLength: 12 })),
        { numRuns: 12, seed: 7 }
      )
      const team = yield* Team.make(server())
      for (const [n, [existing, operations]] of stories.entries()) {
        yield* Effect.promise(() => server().client.delete().prefix(team.prefix))
        for (const [name, value] of Object.entries(existing)) yield* write(team, name, value)
        const before = yield* team.keys
        team.migration(n, "story", operations)
        yield* team.up()
        yield* down(team, n, "story")
        assert.deepStrictEqual(yield* team.keys, before, JSON.stringify({ existing, operations }))
        team.remove(`/sfm/etcd/metadata/${Scenario.named(n, "story")}.up.json`)
      }
    })
  )

  it.scopedLive("takes the down file where there is one, and what was kept when it is asked for", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      yield* write(team, "a", "old")
      team.migration(1, "flags", [put("a", "new")], [remove("a")])
      yield* team.up()
      const shown = yield* team.cli(["migrate", "down", Team.id(1, "flags"), "--generated", "--dry-run"])
      assert.include(shown.stdout, `${team.prefix}a: "new" → "old"`)
      const filed = yield* team.cli(["migrate", "down", Team.id(1, "flags"), "--dry-run"])
      assert.include(filed.stdout, `${team.prefix}a: "new" → (none)`)
      yield* down(team, 1, "flags", { generated: true })
      assert.deepStrictEqual(yield* team.keys, { a: "old" })
      yield* team.up()
      yield* down(team, 1, "flags")
      assert.deepStrictEqual(yield* team.keys, {})
      assert.deepStrictEqual(yield* forgotten(team), [])
    })
  )

  it.scopedLive("undoes the last transaction first, and a whole one where it fits", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      yield* write(team, "pointer", "v1")
      team.migration(1, "flip", [...Team.many(200), put("pointer", "v2")])
      yield* team.up()
      const plan = yield* team.run(Bfm.planDown({ id: Team.id(1, "flip") }))
      const units = plan.steps[0]?.units.map(({ statements }) => statements.map(({ text }) => text)) ?? []
      assert.deepStrictEqual(
        units.map(unit => unit.length),
        [127, 74]
      )
      assert.strictEqual(units[0]?.[0], '{"operation":"put","key":"pointer","value":"v1"}')
      yield* down(team, 1, "flip")
      assert.deepStrictEqual(yield* team.keys, { pointer: "v1" })
    })
  )

  it.scopedLive("restores what somebody else wrote between our look and our transaction", () =>
    Effect.gen(function* () {
      const between = yield* Interceptor.make(server().port)
      const team = yield* Team.make(server(), between.endpoint)
      yield* write(team, "a", "old")
      team.migration(1, "flags", [put("a", "new"), removeAll("b/"), put("c")])
      between.hold(
        Interceptor.put(`${team.prefix}a`, "new"),
        Effect.all([write(team, "a", "meanwhile"), write(team, "b/1", "late"), write(team, "c", "late")])
      )
      yield* team.up()
      assert.strictEqual(between.intercepted(), 1)
      assert.deepStrictEqual(yield* team.keys, { a: "new", c: "v" })
      yield* down(team, 1, "flags")
      assert.deepStrictEqual(yield* team.keys, { a: "meanwhile", "b/1": "late", c: "late" })
    })
  )

  it.scopedLive("restores what somebody else wrote when the answer was lost too, from etcd's history", () =>
    Effect.gen(function* () {
      const between = yield* Interceptor.make(server().port)
      const team = yield* Team.make(server(), between.endpoint)
      yield* write(team, "a", "old")
      team.migration(1, "flags", [put("a", "new"), removeAll("b/")])
      const marker = Interceptor.put(`${team.prefix}a`, "new")
      const landed = Scenario.until(
        Effect.map(team.keys, ({ a }) => (a === "new" ? [{}] : [])),
        "the transaction"
      )
      between.swallow(marker, landed, Effect.all([write(team, "a", "meanwhile"), write(team, "b/1", "late")]))
      yield* team.up()
      assert.strictEqual(between.intercepted(), 1)
      yield* down(team, 1, "flags")
      assert.deepStrictEqual(yield* team.keys, { a: "meanwhile", "b/1": "late" })
    })
  )

  it.scopedLive("is refused when the prefix of the connection has changed since", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "flags", [put("a")], [remove("a")])
      yield* team.up()
      const elsewhere = { METADATA_PREFIX: `${team.prefix}other/` }
      const error = yield* Scenario.failing(team.run(Bfm.down({ id: Team.id(1, "flags") }), elsewhere))
      if (error._tag !== "RunFailed") return yield* Effect.die(error)
      assert.strictEqual(error.result.failures[0]?.code, "BF016")
      assert.include(error.message, `below ${team.prefix}, and now`)
      const generated = yield* Scenario.failing(
        team.run(Bfm.down({ id: Team.id(1, "flags"), generated: true }), elsewhere)
      )
      assert.strictEqual(generated._tag, "StoreRefused")
      assert.deepStrictEqual(yield* team.keys, { a: "v" })
    })
  )
})
