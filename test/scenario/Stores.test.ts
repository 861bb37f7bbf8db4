import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const etcd = EtcdProject.shared()

/** customers (core) <- events (logs) <- switch (metadata) <- orders (core), against the order of their versions. */
const chain = Effect.gen(function* () {
  const project = yield* EtcdProject.make(etcd())
  const logs = yield* Greptimedb.makeWith(Effect.succeed(project))
  project.write(`${Scenario.named(4, "customers")}.up.sql`, "CREATE TABLE customers (id int);")
  project.write(`${Scenario.named(4, "customers")}.down.sql`, "DROP TABLE customers;")
  logs.write(
    3,
    "events",
    "-- bfm-depends-on: core/customers\n-- bfm-requires: table seen\nCREATE TABLE events (ts TIMESTAMP TIME INDEX);",
    "DROP TABLE events;"
  )
  project.migration(
    2,
    "switch",
    JSON.stringify({ bfm: { dependsOn: ["logs/events"] }, operations: [EtcdProject.put("switch", "on")] })
  )
  project.write(
    `${Scenario.named(1, "orders")}.up.sql`,
    "-- bfm-depends-on: metadata/switch\nCREATE TABLE orders (id int);"
  )
  project.write(`${Scenario.named(5, "alone")}.up.sql`, "CREATE TABLE alone (id int);")
  return { project, logs }
})

const customers = Scenario.id(4, "customers")
const events = Greptimedb.id(3, "events")
const flag = EtcdProject.id(2, "switch")
const orders = Scenario.id(1, "orders")
const alone = Scenario.id(5, "alone")

type Chain = Effect.Effect.Success<typeof chain>

/** What stands in each of the three stores. */
const standing = ({ project, logs }: Chain) =>
  Effect.gen(function* () {
    const tables = yield* project.query(
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    return [
      ...tables.map(({ relname }) => `core ${relname}`),
      ...(yield* logs.query("SHOW TABLES")).map(([name]) => `logs ${name}`),
      ...Object.keys(yield* project.keys).map(key => `metadata ${key}`)
    ]
  })

describe("one order across PostgreSQL, GreptimeDB and etcd", { concurrent: true }, () => {
  it.live("is that of the dependencies, however far they reach, and can be drawn", () =>
    Effect.gen(function* () {
      const { logs } = yield* chain
      const plan = yield* logs.run(Bfm.plan({ target: { connections: ["core"] } }))
      assert.deepStrictEqual(
        plan.steps.map(({ id }) => id),
        [customers, events, flag, orders, alone]
      )
      const drawn = yield* logs.cli(["migrate", "plan", "--graph"])
      assert.deepStrictEqual(drawn.stdout.split("\n"), [
        `1  ${Scenario.version(4)} customers  core (postgresql)`,
        `└─ 2  ${Scenario.version(3)} events  logs (greptimedb)`,
        `   └─ 3  ${Scenario.version(2)} switch  metadata (etcd)`,
        `      └─ 4  ${Scenario.version(1)} orders  core (postgresql)`,
        `5  ${Scenario.version(5)} alone  core (postgresql)`,
        ""
      ])
      const mermaid = yield* logs.cli(["migrate", "plan", "--format", "mermaid"])
      assert.match(mermaid.stdout, /^flowchart TD\n[\s\S]*s1 --> s2\n {2}s2 --> s3\n {2}s3 --> s4\n$/)
      const json = yield* logs.cli(["migrate", "plan", "--graph", "--json"])
      assert.strictEqual(`${JSON.parse(json.stdout).graph}`, mermaid.stdout)
    }).pipe(Effect.scoped)
  )

  it.live(
    "a run that fails in the middle leaves each store as its result says, and the next one goes on",
    () =>
      Effect.gen(function* () {
        const all = yield* chain
        const { logs } = all
        const failed = yield* logs.cli(["migrate", "up", "--json"])
        assert.strictEqual(failed.code, 4, failed.stderr)
        const result = JSON.parse(failed.stdout)
        assert.deepStrictEqual(result.applied, [customers])
        assert.deepStrictEqual(
          result.failures.map(({ id }: { id: string }) => id),
          [events]
        )
        assert.deepStrictEqual(
          result.not_run.map(({ id }: { id: string }) => id),
          [flag, orders, alone]
        )
        assert.deepStrictEqual(yield* standing(all), ["core customers"])
        yield* logs.query("CREATE TABLE seen (ts TIMESTAMP TIME INDEX)")
        const { applied } = yield* logs.run(Bfm.up())
        assert.deepStrictEqual(applied, [events, flag, orders, alone])
        assert.deepStrictEqual(yield* standing(all), [
          "core alone",
          "core customers",
          "core orders",
          "logs events",
          "logs seen",
          "metadata switch"
        ])
        assert.deepStrictEqual((yield* logs.run(Bfm.up())).applied, [])
      }).pipe(Effect.scoped)
  )

  it.live("other stores go on after a failure when they are told to, but nothing that depends on it", () =>
    Effect.gen(function* () {
      const all = yield* chain
      const failed = yield* all.logs.cli(["migrate", "up", "--on-failure", "continue", "--json"])
      assert.strictEqual(failed.code, 4, failed.stderr)
      assert.deepStrictEqual(JSON.parse(failed.stdout).applied, [customers])
      assert.match(failed.stdout, new RegExp(`"${orders}","reason":"it depends on ${flag}`))
    }).pipe(Effect.scoped)
  )

  it.live("rolling back takes along what depends on it in other stores", () =>
    Effect.gen(function* () {
      const all = yield* chain
      const { logs } = all
      yield* logs.query("CREATE TABLE seen (ts TIMESTAMP TIME INDEX)")
      yield* logs.run(Bfm.up())
      const refused = yield* Scenario.rejected(logs.run(Bfm.down({ id: customers })))
      assert.include(refused[0]?.reason, events)
      yield* logs.run(Bfm.down({ id: orders, ignore_dependencies: true }).pipe(Effect.flip))
      all.project.write(`${Scenario.named(1, "orders")}.down.sql`, "DROP TABLE orders;")
      const { applied } = yield* logs.run(Bfm.down({ id: customers, cascade: true }))
      assert.deepStrictEqual(applied, [orders, flag, events, customers])
      assert.deepStrictEqual(yield* standing(all), ["core alone", "logs seen"])
    }).pipe(Effect.scoped)
  )
})
