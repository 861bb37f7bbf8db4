import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { NotSupported, PlanRejected, StoreRefused } from "../../src/domain/Errors.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import { temporary } from "../fixtures/TestServer.ts"

const metrics =
  "CREATE TABLE metrics (host STRING PRIMARY KEY, cpu DOUBLE, ts TIMESTAMP TIME INDEX);\nINSERT INTO metrics VALUES ('a', 1.5, 0);"

const logs = { target: { connections: ["logs"] } }
const all = { connections: ["logs"] }

describe("GreptimeDB", () => {
  it.live("is migrated, knows it, and is rolled back", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "metrics", metrics, "DROP TABLE metrics;")
      const first = yield* at.run(Bfm.up(logs))
      assert.deepStrictEqual(first.applied, [Greptimedb.id(1, "metrics")])
      assert.deepStrictEqual(yield* at.query("SELECT host, cpu FROM metrics"), [["a", 1.5]])
      assert.deepStrictEqual((yield* at.run(Bfm.up(logs))).applied, [])
      const [item] = (yield* at.run(Bfm.status(all))).items
      assert.deepStrictEqual([item?.status, item?.backend], ["applied", "greptimedb"])
      assert.match(item?.applied_at ?? "", /^20\d\d-/)
      yield* at.run(Bfm.down({ id: Scenario.named(1, "metrics") }))
      assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [])
      assert.strictEqual((yield* at.run(Bfm.status(all))).items[0]?.status, "rolled_back")
      assert.lengthOf((yield* at.run(Bfm.up(logs))).applied, 1)
    }).pipe(Effect.scoped)
  )

  it.live("runs in the database that is meant, which is created where it is missing", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "metrics", `-- bfm-schema: dynamic\n${metrics}`)
      const schemas = ["plant", "tenant-7"]
      const { applied } = yield* at.run(Bfm.up({ ...logs, schemas }))
      assert.deepStrictEqual(
        applied,
        schemas.map(schema => `${schema}_${Greptimedb.id(1, "metrics")}`)
      )
      assert.deepStrictEqual(yield* at.query("SHOW TABLES", "plant"), [["metrics"]])
      assert.deepStrictEqual(yield* at.query("SHOW TABLES", "greptime-tenant-7"), [["metrics"]])
      assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [])
      const items = (yield* at.run(Bfm.status({ ...all, schemas }))).items
      assert.deepStrictEqual(
        items.map(({ schema, status }) => [schema, status]),
        schemas.map(schema => [schema, "applied"])
      )
    }).pipe(Effect.scoped)
  )

  it.live("leaves it to a script to create its own database with its options, and to drop it", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(
        1,
        "plant",
        "-- bfm-schema: plant\nCREATE DATABASE IF NOT EXISTS plant WITH (ttl='90d');\nCREATE TABLE t (ts TIMESTAMP TIME INDEX)",
        "DROP DATABASE IF EXISTS plant"
      )
      yield* at.run(Bfm.up(logs))
      const [row] = yield* at.query("SHOW CREATE DATABASE plant")
      assert.include(String(row?.[1]), "ttl")
      assert.deepStrictEqual(yield* at.query("SHOW TABLES", "plant"), [["t"]])
      yield* at.run(Bfm.down({ id: Scenario.named(1, "plant") }))
      assert.deepStrictEqual(yield* at.query("SHOW DATABASES LIKE 'plant'"), [])
    }).pipe(Effect.scoped)
  )

  it.live("keeps what was applied, told apart from what the file says now", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "metrics", `${metrics}\n-- it's a note with 'quotes' and \\ in it`)
      yield* at.run(Bfm.up(logs))
      at.write(1, "metrics", metrics)
      const cosmetic = yield* at.run(Bfm.validate(all))
      assert.deepStrictEqual(
        cosmetic.items.map(({ verdict, applied_text }) => [verdict, applied_text?.split("\n").at(-1)]),
        [["cosmetic", "-- it's a note with 'quotes' and \\ in it"]]
      )
      at.write(1, "metrics", metrics.replace("1.5", "2.5"))
      assert.strictEqual((yield* at.run(Bfm.validate(all))).items[0]?.verdict, "changed")
    }).pipe(Effect.scoped)
  )

  it.live("says in the plan what to mind, and refuses there what can never run", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(
        1,
        "t",
        "CREATE TABLE t (level STRING, ts TIMESTAMP TIME INDEX);\nALTER TABLE u DROP COLUMN c;"
      )
      const { steps } = yield* at.run(Bfm.plan(logs))
      assert.match(steps[0]?.warnings.join("\n") ?? "", /level is a word .*\nDROP COLUMN loses c of u/)
      assert.isTrue(steps[0]?.destructive)
      at.write(2, "wrong", "CREATE TABLE t (ts TIMESTAMP TIME INDEX);\n\nUPDATE t SET a = 1;")
      const error = yield* Scenario.failing(at.run(Bfm.up(logs)))
      const [problem] = error instanceof PlanRejected ? error.problems : []
      assert.match(problem?.reason ?? "", /^GreptimeDB has no UPDATE/)
      assert.deepStrictEqual([problem?.kind, problem?.line], ["script", 3])
      assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [])
    }).pipe(Effect.scoped)
  )

  it.live("checks what a step requires before anything of it is sent", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "needs", `-- bfm-requires: table u, table plant.v, database plant\n${metrics}`)
      const result = yield* failed(at)
      assert.match(result.reason, /^bfm-requires: table u, table plant\.v, database plant not found/)
      for (const sql of ["CREATE DATABASE plant", "CREATE TABLE u (ts TIMESTAMP TIME INDEX)"]) {
        yield* at.query(sql)
      }
      yield* at.query("CREATE TABLE v (ts TIMESTAMP TIME INDEX)", "plant")
      assert.lengthOf((yield* at.run(Bfm.up(logs))).applied, 1)
    }).pipe(Effect.scoped)
  )

  it.live("stops at a statement that is refused; what was done stays and is not repeated", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "parts", `${metrics}\nALTER TABLE metrics\n  DROP COLUMN nowhere;`)
      const failure = yield* failed(at)
      assert.deepStrictEqual([failure.code, failure.line], ["4002", 3])
      assert.match(failure.aftermath, /2 of 3 parts are done and stay; the next run goes on with part 3/)
      assert.strictEqual((yield* at.run(Bfm.status(all))).items[0]?.status, "interrupted")
      at.write(1, "parts", `${metrics.replace("1.5", "9")}\nALTER TABLE metrics DROP COLUMN cpu;`)
      assert.match((yield* failed(at)).reason, /the first 2 parts .* were edited since/)
      at.write(1, "parts", `${metrics}\nALTER TABLE metrics DROP COLUMN cpu;`)
      assert.lengthOf((yield* at.run(Bfm.up(logs))).applied, 1)
      assert.deepStrictEqual(yield* at.query("SELECT * FROM metrics"), [["a", 0]])
    }).pipe(Effect.scoped)
  )

  it.live("a first statement that is refused leaves nothing, not even a trace", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "t", "\n  CREATE VIEW t\n    OF u", "DROP TABLE t")
      const failure = yield* failed(at)
      assert.deepStrictEqual([failure.code, failure.aftermath], ["2000", "nothing of it was done"])
      assert.deepStrictEqual([failure.line, failure.column], [3, 5])
      assert.strictEqual((yield* at.run(Bfm.status(all))).items[0]?.status, "failed")
      at.write(1, "t", "CREATE TABLE t (ts TIMESTAMP TIME INDEX)", "DROP TABLE nowhere")
      yield* at.run(Bfm.up(logs))
      yield* Scenario.failing(at.run(Bfm.down({ id: Scenario.named(1, "t") })))
      assert.strictEqual((yield* at.run(Bfm.status(all))).items[0]?.status, "applied")
    }).pipe(Effect.scoped)
  )

  it.live("records a script that says nothing", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "nothing", "-- later\n;", "")
      assert.lengthOf((yield* at.run(Bfm.up(logs))).applied, 1)
      assert.deepStrictEqual((yield* at.run(Bfm.up(logs))).applied, [])
      assert.lengthOf((yield* at.run(Bfm.down({ id: Scenario.named(1, "nothing") }))).applied, 1)
    }).pipe(Effect.scoped)
  )

  it.live("cannot be rehearsed, and says so", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "metrics", metrics)
      const error = yield* Scenario.failing(at.run(Bfm.rehearse(logs)))
      assert.instanceOf(error, NotSupported)
      assert.match(error.message, /logs cannot rehearse: greptimedb cannot take back/)
      assert.deepStrictEqual(yield* at.query("SHOW DATABASES LIKE 'bfm'"), [])
    }).pipe(Effect.scoped)
  )

  it.live("goes after what it depends on in PostgreSQL", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.project.write(`${Scenario.named(2, "later")}.up.sql`, "CREATE TABLE hosts (name text);")
      at.write(1, "metrics", `-- bfm-depends-on: core/later\n${metrics}`)
      assert.deepStrictEqual((yield* at.run(Bfm.up(logs))).applied, [
        Scenario.id(2, "later"),
        Greptimedb.id(1, "metrics")
      ])
    }).pipe(Effect.scoped)
  )

  it.live("takes the example of sfm/greptimedb up and down", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      const sfm = { BFM_SFM_PATH: path.resolve(import.meta.dirname, "../../sfm") }
      const plan = yield* at.cli(["migrate", "plan", "--connection", "logs"], sfm)
      assert.notInclude(plan.stdout, "⚠")
      const up = yield* at.cli(["migrate", "up", "--connection", "logs"], sfm)
      assert.strictEqual(up.code, 0, up.stdout + up.stderr)
      assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [["app_logs"]])
      const id = "20250101000000_create_logs"
      const back = yield* at.cli(["migrate", "down", id, "--dry-run"], sfm)
      assert.include(back.stdout, "DROP TABLE loses app_logs")
      const down = yield* at.cli(["migrate", "down", id, "--yes"], sfm)
      assert.strictEqual(down.code, 0, down.stdout + down.stderr)
      assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [])
    }).pipe(Effect.scoped)
  )

  it.live("does not let its database's options take the ledger away", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      yield* at.query("CREATE DATABASE bfm WITH (ttl='1d', append_mode='true')")
      at.write(1, "metrics", metrics)
      yield* at.run(Bfm.up(logs))
      assert.deepStrictEqual((yield* at.run(Bfm.up(logs))).applied, [])
    }).pipe(Effect.scoped)
  )

  it.live.skipIf(Greptimedb.isReal)("sends one statement in a request, once", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      const create = "CREATE TABLE `T` (k STRING DEFAULT 'a;b', ts TIMESTAMP TIME INDEX)"
      at.write(1, "t", `${create}; /* ; */\nDROP TABLE \`T\` -- end\n;`)
      yield* at.run(Bfm.up({ ...logs }), { LOGS_SCHEMA: "plant" })
      assert.deepStrictEqual(at.sent("plant"), [create, "DROP TABLE `T`"])
    }).pipe(Effect.scoped)
  )

  it.live.skipIf(Greptimedb.isReal)(
    "is reached with the user that is configured, and never tells the password",
    () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make({ userProvider: "static_user_provider:cmd:ops=s3cret" })
        at.write(1, "metrics", metrics)
        const user = { LOGS_DB_USERNAME: "ops", LOGS_DB_PASSWORD: "s3cret" }
        const named = (password: string) => ({ LOGS_DB_URL: at.url.replace("//", `//ops:${password}@`) })
        const error = yield* Scenario.failing(at.run(Bfm.up(logs), named("wr0ng")))
        assert.instanceOf(error, StoreRefused)
        assert.match(error.message, /could not read the ledger: .*does not match/)
        assert.notInclude(JSON.stringify(error) + error.message, "wr0ng")
        assert.match((yield* Scenario.failing(at.run(Bfm.up(logs)))).message, /the server wants a user/)
        assert.lengthOf((yield* at.run(Bfm.up(logs), named("s3cret"))).applied, 1)
        const parts = {
          LOGS_DB_URL: "",
          LOGS_DB_HOST: "127.0.0.1",
          LOGS_DB_PORT: String(at.double.port),
          ...user
        }
        assert.deepStrictEqual((yield* at.run(Bfm.up(logs), parts)).applied, [])
        const { LOGS_DB_PASSWORD: _, ...others } = parts
        const file = path.join(yield* temporary, "password")
        const inFile = { ...others, LOGS_DB_PASSWORD_FILE: file }
        assert.match(
          (yield* Scenario.failing(at.run(Bfm.up(logs), inFile))).message,
          /password does not exist/
        )
        fs.writeFileSync(file, "s3cret\n")
        assert.isTrue((yield* at.run(Bfm.up(logs), inFile)).success)
      }).pipe(Effect.scoped)
  )
})

const failed = (at: Greptimedb.Greptimedb) =>
  Effect.flatMap(Scenario.failing(at.run(Bfm.up(logs))), error => {
    const [failure] = "result" in error ? error.result.failures : []
    return failure === undefined ? Effect.die(error) : Effect.succeed(failure)
  })
