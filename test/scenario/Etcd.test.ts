import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { put, remove, removeAll } from "../fixtures/EtcdProject.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const server = Team.shared()

describe("scripts of etcd", () => {
  it.scopedLive("put and delete keys, in their order, and are recorded", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "flags", [
        put("flags/a", "on"),
        put("flags/limits", { uploads: 10, "a b": [1.5, null] }),
        put("old/x"),
        put("old/y/z"),
        put("older")
      ])
      team.migration(2, "clean", [
        removeAll("old/"),
        remove("flags/a"),
        remove("not/there"),
        put("flags/a", "off")
      ])
      const { applied } = yield* team.up()
      assert.deepStrictEqual(applied, [Team.id(1, "flags"), Team.id(2, "clean")])
      assert.deepStrictEqual(yield* team.keys, {
        "flags/a": "off",
        "flags/limits": '{"uploads":10,"a b":[1.5,null]}',
        older: "v"
      })
      assert.deepStrictEqual((yield* team.up()).applied, [])
      assert.deepStrictEqual(yield* Scenario.statuses(team), {
        [Team.id(1, "flags")]: "applied",
        [Team.id(2, "clean")]: "applied"
      })
      const entry = JSON.parse((yield* team.records)[`ledger/metadata//${Team.id(1, "flags")}`] ?? "")
      assert.deepInclude(entry, { state: "applied", units: 1, units_done: 1, prefix: team.prefix })
    })
  )

  it.scopedLive("stand below the prefix and the schema, or below a schema that begins with a slash", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "home", [put("{{.Vars.name}}", "home in {{.Schema}}.")])
      team.migration(
        2,
        "tenant",
        '{"bfm": {"schema": "dynamic"}, "operations": [{"key": "x", "value": "in {{.Schema}}"}]}'
      )
      yield* team.up({ variables: { name: "k" } })
      assert.deepStrictEqual(yield* team.keys, { k: "home in ." })
      yield* team.up({ schemas: ["a", "b c/d", `${team.prefix}own`], variables: { name: "k" } })
      const { k: _, ...rest } = yield* team.keys
      assert.deepStrictEqual(rest, {
        "a/k": "home in a.",
        "a/x": "in a",
        "b c/d/k": "home in b c/d.",
        "b c/d/x": "in b c/d",
        "own/k": `home in ${team.prefix}own.`,
        "own/x": `in ${team.prefix}own`
      })
    })
  )

  it.scopedLive.each([127, 128, 129, 300, 1801])("%d operations are applied once each", count =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "many", Team.many(count))
      const { plan } = yield* team.up()
      const transactions = Math.ceil(count / 127)
      assert.lengthOf(plan?.steps[0]?.units ?? [], transactions)
      assert.lengthOf(plan?.steps[0]?.warnings ?? [], transactions > 1 ? 1 : 0)
      const { kvs } = yield* Effect.promise(() => server().client.getAll().prefix(team.prefix).exec())
      assert.lengthOf(kvs, count)
      assert.isTrue(kvs.every(({ version }) => version === "1"))
      const marks = new Set(kvs.map(({ mod_revision }) => mod_revision))
      assert.strictEqual(marks.size, transactions)
    })
  )

  it.scopedLive(
    "too large for one request go in several, and what is too large for any is refused before",
    () =>
      Effect.gen(function* () {
        const team = yield* Team.make(server())
        const large = "x".repeat(700_000)
        team.migration(1, "large", [put("a", large), put("b", large), put("c", "y".repeat(1_500_000))])
        const { plan } = yield* team.up()
        assert.lengthOf(plan?.steps[0]?.units ?? [], 3)
        assert.lengthOf((yield* team.keys)["c"] ?? "", 1_500_000)
        // What it replaces is larger than a request too, in base64.
        team.migration(2, "again", [put("c", "small"), removeAll("")])
        yield* team.up()
        assert.deepStrictEqual(yield* team.keys, {})
        yield* team.run(Bfm.down({ id: Team.id(2, "again") }))
        const keys = yield* team.keys
        assert.deepStrictEqual([keys["a"] === large, keys["c"]?.length], [true, 1_500_000])
        team.migration(3, "never", [put("a", "changed"), put("b", "x".repeat(1_600_000))])
        const [problem] = yield* Scenario.rejected(team.up())
        assert.match(problem?.reason ?? "", /^operation 2: has 1600065 bytes; etcd takes no more than/)
        assert.strictEqual((yield* team.keys)["a"], large)
      })
  )

  it.scopedLive("with a mistake are refused before anything is written, each with its number and line", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "good", [put("a")])
      team.migration(
        2,
        "bad",
        '[\n{"key": "b", "value": 1},\n{"operation": "move", "key": "a"},\n{"key": "c"}\n]'
      )
      const problems = yield* Scenario.rejected(team.up())
      assert.deepStrictEqual(
        problems.map(({ line, reason }) => [line, reason]),
        [
          [3, "operation 2: unknown operation move; known: put, delete"],
          [4, "operation 3: needs a value"]
        ]
      )
      assert.deepStrictEqual(yield* team.keys, {})
      assert.deepStrictEqual(yield* team.records, {})
    })
  )

  it.scopedLive("may not touch what BfM keeps, and nothing of them happens", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      const above = { METADATA_PREFIX: "/", METADATA_LEDGER_SCHEMA: team.ledger }
      const inside = team.ledger.slice(1)
      const attempt = (n: number, operation: Readonly<Record<string, unknown>>) =>
        Effect.gen(function* () {
          team.migration(n, "bad", [...Team.many(127), operation])
          const { failures } = yield* Scenario.failing(
            team.run(Bfm.up({ target: { version: Scenario.version(n) } }), above)
          ).pipe(
            Effect.flatMap(error =>
              error._tag === "RunFailed" ? Effect.succeed(error.result) : Effect.die(error)
            )
          )
          return failures[0]
        })
      const failure = yield* attempt(1, put(`${inside}ledger/metadata//x`, "mine"))
      assert.strictEqual(failure?.code, "BF013")
      assert.include(failure?.reason, team.ledger)
      assert.include(failure?.statement, "mine")
      assert.strictEqual(failure?.aftermath, "nothing of it is left in place")
      // A prefix that covers it, from above and from within.
      assert.strictEqual((yield* attempt(2, removeAll(inside.slice(0, 5))))?.code, "BF013")
      assert.strictEqual((yield* attempt(3, removeAll(`${inside}lock/`)))?.code, "BF013")
      assert.deepStrictEqual(yield* server().dump("/k/"), {})
    })
  )

  it.scopedLive("wait for the keys that they require", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(
        1,
        "needs",
        '{"bfm": {"requires": ["key base/a"]}, "operations": [{"key": "b", "value": "1"}]}'
      )
      const failure = yield* Scenario.upFailure(team)
      assert.deepStrictEqual([failure.code, failure.reason], ["BF007", "bfm-requires: key base/a not found"])
      yield* Effect.promise(() => server().client.put(`${team.prefix}base/a`).value("1"))
      yield* team.up()
      assert.strictEqual((yield* team.keys)["b"], "1")
    })
  )

  it.scopedLive("that were edited after they were applied stop a run, and the difference is shown", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "flags", '[{"key": "a", "value": 1}]')
      yield* team.up()
      team.migration(1, "flags", '[\n  { "value": 1, "key": "a" }\n]')
      assert.deepStrictEqual((yield* team.up()).applied, [])
      team.migration(1, "flags", '[{"key": "a", "value": 2}]')
      assert.strictEqual((yield* Scenario.failing(team.up()))._tag, "MigrationChanged")
      const { items } = yield* team.run(Bfm.validate({ connections: ["metadata"] }))
      assert.strictEqual(items[0]?.verdict, "changed")
      assert.deepInclude(items[0], {
        applied_text: '[{"key": "a", "value": 1}]',
        source_text: '[{"key": "a", "value": 2}]'
      })
    })
  )

  it.scopedLive("are said to be applied, or not, by a person", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "flags", [put("a")])
      const resolve = (as: "applied" | "pending") =>
        team.run(Bfm.resolve({ id: Team.id(1, "flags"), schemas: [], as }))
      yield* resolve("applied")
      assert.deepStrictEqual((yield* team.up()).applied, [])
      assert.deepStrictEqual(yield* team.keys, {})
      const [problem] = yield* Scenario.rejected(team.run(Bfm.down({ id: Team.id(1, "flags") })))
      assert.strictEqual(problem?.kind, "no_down")
      yield* resolve("pending")
      assert.deepStrictEqual((yield* team.up()).applied, [Team.id(1, "flags")])
    })
  )
})

describe("plans of etcd", () => {
  it.scopedLive("show each key with what it holds and what it would hold, one step after the other", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      const key = (name: string) => `${team.prefix}${name}`
      yield* Effect.promise(() => server().client.put(key("a")).value("old"))
      yield* Effect.promise(() =>
        server()
          .client.put(key("b/1"))
          .value(Buffer.from([0xff]))
      )
      team.migration(1, "one", [put("a", "new"), put("c", 7)])
      team.migration(2, "two", [put("b/2", "x"), removeAll("b/"), put("a", "newer")])
      const plan = yield* team.run(Bfm.plan({ target: { connections: ["metadata"] } }))
      const effects = plan.steps.map(step =>
        step.units.flatMap(unit => unit.statements.flatMap(it => it.effects ?? []))
      )
      assert.deepStrictEqual(effects, [
        [
          { key: key("a"), before: "old", after: "new" },
          { key: key("c"), before: null, after: "7" }
        ],
        [
          { key: key("b/2"), before: null, after: "x" },
          { key: key("b/1"), before: "base64:/w==", after: null },
          { key: key("b/2"), before: "x", after: null },
          { key: key("a"), before: "new", after: "newer" }
        ]
      ])
      assert.deepStrictEqual(Object.keys(yield* team.keys), ["a", "b/1"])
      assert.deepStrictEqual(yield* team.records, {})
    })
  )

  it.scopedLive("and rehearsals: etcd says that it cannot", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "one", [put("a")])
      const error = yield* Scenario.failing(team.run(Bfm.rehearse({})))
      assert.strictEqual(error._tag, "NotSupported")
      assert.deepStrictEqual(yield* team.keys, {})
    })
  )

  it.scopedLive("tell on the command line what is too large to be atomic", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "many", Team.many(128))
      team.migration(2, "one", [put("a"), remove("k/00000")])
      const { code, stdout } = yield* team.cli(["migrate", "plan", "--connection", "metadata"])
      assert.strictEqual(code, 0)
      assert.match(stdout, /many +default schema +2 transactions, one after the other/)
      assert.match(stdout, /not atomic: 128 operations take 2 transactions/)
      assert.include(stdout, `${team.prefix}k/00000: "v" → (none)`)
      const up = yield* team.cli(["migrate", "up", "--connection", "metadata", "--json"])
      assert.strictEqual(up.code, 0, up.stderr)
      assert.deepStrictEqual(JSON.parse(up.stdout).applied, [Team.id(1, "many"), Team.id(2, "one")])
      assert.lengthOf(Object.keys(yield* team.keys), 128)
    })
  )
})
