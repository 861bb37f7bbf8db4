import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"
import * as Service from "./Service.ts"

/** What the Go BfM was recorded to answer, as far as it binds; the notes say where it does not. */

const settings = "20260101120000_core_schema_example_settings"
const audit = "20260101120100_core_schema_example_audit"
const bootstrap = "20250115000000_bootstrap_solution"
const tagged = "20260509120000_core_schema_tagged_example"
const id = (name: string) => `${name}_postgresql_core`
const applied = (...ids: ReadonlyArray<string>) => ({ success: true, applied: ids, skipped: [], errors: [] })

const examples = Effect.map(Project.make, project => {
  const write = (name: string, up: string, down: string) => {
    project.write(`${name}.up.sql`, up)
    project.write(`${name}.down.sql`, down)
  }
  write(
    settings,
    "-- bfm-schema: core\nCREATE TABLE core_settings (key text PRIMARY KEY);",
    "DROP TABLE core_settings;"
  )
  write(
    audit,
    "-- bfm-schema: core\n-- bfm-depends-on: core_schema_example_settings\nCREATE TABLE audit (id int);",
    "DROP TABLE audit;"
  )
  write(
    bootstrap,
    "-- bfm-schema: dynamic\nCREATE TABLE {{.Schema}}.solution (id int);",
    "DROP TABLE {{.Schema}}.solution;"
  )
  write(
    tagged,
    "-- bfm-schema: core\n-- bfm-tags: example=demo, Tier=optional\nCREATE TABLE tagged (id int);",
    "DROP TABLE tagged;"
  )
  return project
})

const service = Effect.flatMap(examples, project => Service.start(project))

const up = (target: object, more: object = {}) => ({
  connection: "core",
  target: { connection: "core", ...target },
  ...more
})

describe("golden answers", () => {
  it.scopedLive("unknown migrations", () =>
    Effect.gen(function* () {
      const { get, post } = yield* service
      const nope = yield* get("/api/v1/migrations/nope")
      assert.deepStrictEqual([nope.status, nope.body.code], [404, "MigrationNotFound"])
      assert.deepStrictEqual((yield* get("/api/v1/migrations/nope/status")).body, {
        applied: false,
        migration_id: "nope",
        status: "pending"
      })
      assert.deepStrictEqual((yield* get("/api/v1/migrations/nope/applied")).body, { applied: false })
      assert.strictEqual((yield* get("/api/v1/migrations/nope/history")).status, 404)
      assert.deepStrictEqual((yield* get("/api/v1/migrations/nope/executions")).body, {
        executions: [],
        migration_id: "nope"
      })
      assert.deepStrictEqual((yield* get("/api/v1/migrations/nope/skipped")).body, {
        migration_id: "nope",
        skipped: []
      })
      assert.strictEqual((yield* post("/api/v1/migrations/nope/rollback")).status, 404)
      // It was a 500.
      assert.strictEqual((yield* post("/api/v1/migrations/down", { migration_id: "nope" })).status, 404)
    })
  )

  it.scopedLive("list and detail", () =>
    Effect.gen(function* () {
      const { get } = yield* service
      const list = yield* get("/api/v1/migrations?version=20260101120000")
      const item = {
        migration_id: id(settings),
        schema: "core",
        table: "core_settings",
        version: "20260101120000",
        name: "core_schema_example_settings",
        connection: "core",
        backend: "postgresql",
        applied: false
      }
      assert.deepStrictEqual(list.body, { items: [{ ...item, status: "pending" }], total: 1 })
      const detail = yield* get(`/api/v1/migrations/${id(settings)}`)
      assert.deepStrictEqual(detail.body, {
        ...item,
        up_sql: "-- bfm-schema: core\nCREATE TABLE core_settings (key text PRIMARY KEY);",
        down_sql: "DROP TABLE core_settings;"
      })
      assert.strictEqual((yield* get(`/api/v1/migrations/core_${settings}`)).body.migration_id, id(settings))
      const dependent = yield* get(`/api/v1/migrations/${audit}`)
      assert.deepStrictEqual(dependent.body.dependencies, ["core_schema_example_settings"])
      assert.deepStrictEqual(dependent.body.structured_dependencies, [
        { connection: "core", schema: "", target: "core_schema_example_settings", target_type: "name" }
      ])
      const tags = yield* get(`/api/v1/migrations/${tagged}`)
      assert.deepStrictEqual(tags.body.tags, ["example=demo", "tier=optional"])
    })
  )

  it.scopedLive("an empty schema in a list of schemas names none", () =>
    Effect.gen(function* () {
      const { post } = yield* service
      const asked = { dry_run: true, schemas: [""] }
      const none = yield* post("/api/v1/migrations/up", up({ version: "20260101120000" }, { dry_run: true }))
      const empty = yield* post("/api/v1/migrations/up", up({ version: "20260101120000" }, asked))
      assert.strictEqual(empty.status, 200, empty.text)
      assert.deepStrictEqual(empty.body.applied, none.body.applied)
      assert.isNotEmpty(empty.body.applied)
    })
  )

  it.scopedLive("a fixed schema, there and back", () =>
    Effect.gen(function* () {
      const { get, post } = yield* service
      const request = up({ backend: "postgres", schema: "core", version: "20260101120000" })
      const dry = yield* post("/api/v1/migrations/up", { ...request, dry_run: true })
      assert.deepStrictEqual(dry.body.applied, [`${id(settings)} (dry-run)`])
      assert.include(dry.body.plan.steps[0].units[0].statements[0].text, "CREATE TABLE core_settings")
      assert.deepStrictEqual((yield* post("/api/v1/migrations/up", request)).body, applied(id(settings)))
      const again = yield* post("/api/v1/migrations/up", request)
      assert.deepStrictEqual(again.body, { success: true, applied: [], skipped: [id(settings)], errors: [] })
      const status = yield* get(`/api/v1/migrations/${id(settings)}/status`)
      assert.deepInclude(status.body, { applied: true, migration_id: id(settings), status: "applied" })
      assert.match(status.body.applied_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

      const rollback = yield* post(`/api/v1/migrations/${id(settings)}/rollback`)
      assert.deepStrictEqual(rollback.body, {
        applied: [id(settings)],
        errors: [],
        message: "rollback completed successfully for 1 schema(s)",
        skipped: [],
        success: true
      })
      const twice = yield* post(`/api/v1/migrations/${id(settings)}/rollback`)
      assert.strictEqual(twice.status, 400)
      assert.deepStrictEqual(twice.body, {
        applied: [],
        error: "no migrations to rollback",
        code: "NothingToRollBack",
        errors: [],
        message: "no migrations to rollback",
        skipped: [`${id(settings)} (not applied)`],
        success: false
      })
      // It was still applied, and could not be applied again.
      assert.deepStrictEqual((yield* get(`/api/v1/migrations/${id(settings)}/applied`)).body, {
        applied: false
      })
      assert.strictEqual((yield* get(`/api/v1/migrations/${id(settings)}/status`)).body.status, "rolled_back")
      assert.deepStrictEqual((yield* post("/api/v1/migrations/up", request)).body, applied(id(settings)))
    })
  )

  it.scopedLive("what happened, by whom and from where", () =>
    Effect.gen(function* () {
      const { get, post } = yield* service
      const request = up({ version: "20260101120000" })
      yield* post("/api/v1/migrations/up", request, { headers: { "x-request-id": "req-1" } })
      yield* post("/api/v1/migrations/up", request, { headers: { "x-request-id": "req-2" } })
      const { body } = yield* get(`/api/v1/migrations/${id(settings)}/history`)
      const [item] = body.history
      assert.strictEqual(body.history.length, 1)
      assert.deepInclude(item, {
        migration_id: id(settings),
        schema: "core",
        table: "",
        version: "20260101120000",
        connection: "core",
        backend: "postgresql",
        status: "applied",
        error_message: "",
        executed_by: "admin",
        execution_method: "api"
      })
      const origin = { connection_type: "http", endpoint: "/api/v1/migrations/up", method: "POST" }
      assert.deepStrictEqual(JSON.parse(item.execution_context), { ...origin, request_id: "req-1" })

      const executions = yield* get(`/api/v1/migrations/${id(settings)}/executions`)
      const [execution] = executions.body.executions
      assert.hasAllKeys(execution, [
        "migration_id",
        "schema",
        "version",
        "connection",
        "backend",
        "status",
        "applied",
        "applied_at",
        "created_at",
        "updated_at"
      ])
      assert.deepStrictEqual((yield* get("/api/v1/migrations/executions/recent?limit=1")).body, {
        executions: [execution]
      })
      const skipped = yield* get(`/api/v1/migrations/${id(settings)}/skipped?limit=1`)
      assert.deepInclude(skipped.body.skipped[0], {
        id: 0,
        migration_id: id(settings),
        schema: "core",
        executed_by: "admin",
        execution_method: "api"
      })
      assert.deepStrictEqual(JSON.parse(skipped.body.skipped[0].execution_context), {
        ...origin,
        request_id: "req-2"
      })
      assert.deepStrictEqual(
        (yield* get("/api/v1/migrations/skipped/recent?limit=nonsense")).body.skipped,
        skipped.body.skipped
      )
    })
  )

  it.scopedLive("dynamic schemas", () =>
    Effect.gen(function* () {
      const { get, post } = yield* service
      const request = up({ version: "20250115000000" })
      const without = yield* post("/api/v1/migrations/up", request)
      const message = `migration ${bootstrap} has dynamic schema but no schema provided in request`
      assert.strictEqual(without.status, 422)
      assert.deepInclude(without.body, {
        error: message,
        code: "PlanRejected",
        success: false,
        applied: [],
        skipped: [],
        errors: [message]
      })
      const two = yield* post("/api/v1/migrations/up", { ...request, schemas: ["t1", "t2"] })
      assert.deepStrictEqual(two.body, applied(`t1_${id(bootstrap)}`, `t2_${id(bootstrap)}`))
      const again = yield* post("/api/v1/migrations/up", { ...request, schemas: ["t1"] })
      assert.deepStrictEqual(again.body.skipped, [`t1_${id(bootstrap)}`])
      assert.isTrue((yield* get(`/api/v1/migrations/t1_${id(bootstrap)}/applied`)).body.applied)
      assert.isFalse((yield* get(`/api/v1/migrations/t9_${id(bootstrap)}/applied`)).body.applied)
      const back = yield* post(`/api/v1/migrations/${id(bootstrap)}/rollback`, { schemas: ["t1", "zz"] })
      assert.deepStrictEqual(back.body, {
        applied: [`t1_${id(bootstrap)}`],
        errors: [],
        message: "rollback completed successfully for 1 schema(s)",
        skipped: [`zz_${id(bootstrap)} (not applied)`],
        success: true
      })
      const down = { migration_id: id(bootstrap), schemas: ["t2"] }
      const dry = yield* post("/api/v1/migrations/down", { ...down, dry_run: true })
      assert.deepStrictEqual(dry.body.applied, [`t2_${id(bootstrap)} (dry-run)`])
      const done = yield* post("/api/v1/migrations/down", { ...down, schemas: ["t2", "zz"] })
      assert.deepStrictEqual(done.body, {
        success: true,
        applied: [`t2_${id(bootstrap)}`],
        skipped: [`zz_${id(bootstrap)} (not applied)`],
        errors: []
      })
    })
  )

  it.scopedLive("tags, batches and reindex", () =>
    Effect.gen(function* () {
      const { post } = yield* service
      const demo = yield* post(
        "/api/v1/migrations/up",
        up({ tags: ["Example=demo", "tier=optional"] }, { dry_run: true })
      )
      assert.deepStrictEqual(demo.body.applied, [`${id(tagged)} (dry-run)`])
      const other = yield* post("/api/v1/migrations/up", up({ tags: ["example=other"] }, { dry_run: true }))
      assert.deepStrictEqual(other.body.applied, [])
      const bad = yield* post("/api/v1/migrations/up", up({ tags: ["x"] }))
      assert.deepStrictEqual([bad.status, bad.body.error], [400, "tags[0]: tag must be key=value"])

      const order = (ids: ReadonlyArray<string>, connection = "core") =>
        post("/api/v1/migrations/order-batch", { migration_ids: ids, connection })
      assert.deepStrictEqual((yield* order([id(audit), id(settings), audit])).body, {
        ordered_migration_ids: [id(settings), id(audit), audit]
      })
      assert.deepStrictEqual((yield* order([])).body, { ordered_migration_ids: [] })
      const unknown = yield* order(["x", "y"])
      assert.deepStrictEqual([unknown.status, unknown.body.error], [400, "unknown migration_id(s): x, y"])
      assert.strictEqual(
        (yield* order([id(audit)], "logs")).body.error,
        `migration ${id(audit)} belongs to connection "core", expected "logs"`
      )
      assert.deepStrictEqual((yield* post("/api/v1/migrations/reindex")).body, {
        added: [],
        removed: [],
        updated: [],
        total: 4
      })
    })
  )

  it.scopedLive("what cannot be understood or selected", () =>
    Effect.gen(function* () {
      const { post } = yield* service
      const answers = [
        yield* post("/api/v1/migrations/up", {}),
        yield* post("/api/v1/migrations/up", undefined, { raw: "x" }),
        yield* post("/api/v1/migrations/up", { connection: 5 }),
        yield* post("/api/v1/migrations/down", {}),
        yield* post("/api/v1/migrations/order-batch", {}),
        yield* post("/api/v1/migrate", {}),
        yield* post("/api/v1/migrate", { connection: "core" }),
        yield* post("/api/v1/migrate", { target: {} })
      ]
      for (const { status, body } of answers) {
        assert.strictEqual(status, 400)
        assert.isString(body.error)
        assert.isString(body.code)
      }
      // The connection was looked at only when something was selected, or not at all.
      for (const body of [
        { connection: "nope", target: { connection: "core" } },
        { connection: "core", target: { connection: "nope" } }
      ]) {
        const answer = yield* post("/api/v1/migrations/up", body)
        assert.deepStrictEqual([answer.status, answer.body.code], [422, "ConnectionUnknown"])
        assert.isFalse(answer.body.success)
      }
      const nothing = yield* post("/api/v1/migrations/up", up({ tables: ["nothing"] }))
      assert.deepStrictEqual([nothing.status, nothing.body], [200, applied()])
      // Without a target it panicked.
      const all = yield* post("/api/v1/migrations/up", { connection: "core", target: null })
      assert.deepStrictEqual(all.body.errors, [
        `migration ${bootstrap} has dynamic schema but no schema provided in request`
      ])
    })
  )
})
