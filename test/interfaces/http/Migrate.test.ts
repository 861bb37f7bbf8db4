import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "./Service.ts"

const example = {
  target: { backend: "postgresql", schema: "core", tables: [], version: "", connection: "core" },
  connection: "core",
  schema: "core",
  environment: "",
  dry_run: false
}
const users = "core_users_20250101120000_create_users"

const seed = Effect.map(Project.make, project => {
  project.write("20250101120000_create_users.up.sql", "CREATE TABLE users (id int);")
  project.write("20250101120000_create_users.down.sql", "DROP TABLE users;")
  return project
})

describe("POST /api/v1/migrate", () => {
  it.scopedLive(
    "answers the example of the first README exactly, and every spelling of what it answers is known",
    () =>
      Effect.gen(function* () {
        const { get, post } = yield* Service.start(yield* seed)
        const dry = yield* post("/api/v1/migrate", { ...example, dry_run: true })
        assert.deepStrictEqual(dry.body.applied, [`${users} (dry-run)`])
        const first = yield* post("/api/v1/migrate", example)
        assert.deepStrictEqual(first.body, { success: true, applied: [users], skipped: [], errors: [] })
        assert.strictEqual(first.status, 200)
        const again = yield* post("/api/v1/migrate", example)
        assert.deepStrictEqual(again.body, { success: true, applied: [], skipped: [users], errors: [] })
        const status = yield* get(`/api/v1/migrations/${users}/status`)
        assert.deepInclude(status.body, { applied: true, migration_id: users, status: "applied" })
      })
  )

  it.scopedLive("tells failed steps with 206, and what did not run after them", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("20250101120001_bad.up.sql", "SELECT 1/0;")
      project.write("20250101120002_after.up.sql", "CREATE TABLE after_it (id int);")
      const { get, post } = yield* Service.start(project)
      const answer = yield* post("/api/v1/migrate", example)
      assert.strictEqual(answer.status, 206)
      assert.isFalse(answer.body.success)
      assert.deepStrictEqual(answer.body.applied, [users])
      assert.deepStrictEqual(
        answer.body.errors[0],
        "core_core_20250101120001_bad: failed to execute migration: ERROR: division by zero (SQLSTATE 22012)"
      )
      assert.match(answer.body.errors[1], /^core_after_it_20250101120002_after: not run: /)
      const failed = yield* get("/api/v1/migrations?status=failed")
      assert.include(failed.body.items[0].error_message, "division by zero")
    })
  )

  it.scopedLive("runs in the schema of an environment", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const { post } = yield* Service.start(project)
      const answer = yield* post("/api/v1/migrate", {
        target: { connection: "core" },
        connection: "core",
        environment: "e1"
      })
      assert.deepStrictEqual(answer.body.applied, ["cli_e1_users_20250101120000_create_users"])
      const tables = yield* project.query("SELECT schemaname FROM pg_tables WHERE tablename = 'users'")
      assert.deepStrictEqual(tables, [{ schemaname: "cli_e1" }])
    })
  )

  it.scopedLive("twenty at once apply each migration once", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("20250101120001_insert.up.sql", "INSERT INTO users VALUES (1);")
      const { post } = yield* Service.start(project)
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => post("/api/v1/migrate", example)),
        { concurrency: "unbounded" }
      )
      for (const { status, body } of answers) {
        assert.strictEqual(status, 200)
        assert.strictEqual(body.applied.length + body.skipped.length, 2)
      }
      assert.strictEqual(answers.filter(({ body }) => body.applied.includes(users)).length, 1)
      assert.deepStrictEqual(yield* project.query("SELECT count(*)::int AS n FROM core.users"), [{ n: 1 }])
      assert.strictEqual((yield* Scenario.agreed(project)).length, 2)
    })
  )

  it.scopedLive("a client that goes away changes nothing", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const gate = yield* Scenario.gate(project)
      project.write("20250101120001_slow.up.sql", gate.statement)
      project.write("20250101120002_last.up.sql", "CREATE TABLE last (id int);")
      const { get, post } = yield* Service.start(project)
      const asking = yield* Effect.fork(post("/api/v1/migrate", example))
      yield* gate.reached
      yield* Fiber.interrupt(asking)
      yield* gate.open
      const [run] = yield* Scenario.until(
        Effect.map(get("/api/v1/runs"), ({ body }) =>
          body.items.filter((item: { state: string }) => item.state !== "running")
        ),
        "the end of the run"
      )
      assert.deepInclude(run, { state: "succeeded", total: 3, succeeded: 3 })
      assert.strictEqual((yield* Scenario.agreed(project)).length, 3)
    })
  )

  it.scopedLive("says who holds the lock, and when to come again", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const gate = yield* Scenario.gate(project)
      project.write("20250101120001_slow.up.sql", gate.statement)
      const { post } = yield* Service.start(project, { environment: { BFM_LOCK_TIMEOUT: "100ms" } })
      const first = yield* Effect.fork(post("/api/v1/migrate", example))
      yield* gate.reached
      const busy = yield* post("/api/v1/migrate", example)
      assert.deepStrictEqual([busy.status, busy.body.code, busy.body.success], [409, "LockBusy", false])
      assert.include(busy.body.holder, "admin")
      assert.isAbove(Number(busy.headers.get("retry-after")), 0)
      yield* gate.open
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
    })
  )

  it.scopedLive("refuses as a whole while a source is bad, and goes on reading", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("not_a_migration.up.sql", "SELECT 1;")
      const { get, post } = yield* Service.start(project)
      const answer = yield* post("/api/v1/migrate", example)
      assert.deepStrictEqual([answer.status, answer.body.code], [422, "SourceInvalid"])
      assert.include(JSON.stringify(answer.body.problems), "not_a_migration")
      assert.strictEqual((yield* get("/api/v1/migrations")).body.total, 1)
      const health = yield* get("/health", { token: null })
      assert.deepStrictEqual([health.status, health.body.checks.sources], [503, "SourceInvalid"])
    })
  )

  it.scopedLive(
    "a store that cannot be reached is told apart from a mistake, and its migrations are remembered",
    () =>
      Effect.gen(function* () {
        const project = yield* seed
        const first = yield* Service.start(project)
        yield* first.post("/api/v1/migrate", { ...example, schema: "core" })
        yield* first.close
        const gone = { CORE_DB_URL: "postgres://nobody@127.0.0.1:1/nowhere" }
        const { get, post } = yield* Service.start(project, { environment: gone })
        const answer = yield* post("/api/v1/migrate", example)
        assert.deepStrictEqual([answer.status, answer.body.code], [503, "ConnectionUnreachable"])
        const status = yield* get(`/api/v1/migrations/${users}/status`)
        assert.deepInclude(status.body, { applied: true, status: "applied", remembered: true })
        const [connection] = (yield* get("/api/v1/connections")).body.items
        assert.include(connection.error, "127.0.0.1:1")
        const ready = yield* get("/health/ready", { token: null })
        assert.deepStrictEqual(
          [ready.status, ready.body.checks["connection core"]],
          [503, "ConnectionUnreachable"]
        )
        assert.notInclude(ready.text, "127.0.0.1")
      })
  )
})
