import { assert, describe, it } from "@effect/vitest"
import { status } from "@grpc/grpc-js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { MigrationService } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import { type Client, failure } from "./Client.ts"
import * as Service from "./Service.ts"

const { method } = MigrationService
const [a, b, c] = [Scenario.id(1, "a"), Scenario.id(2, "b"), Scenario.id(3, "c")]
const everything = { target: {}, connection: "core" }

/** A service over three tables, the last of which has no way back. */
const service = Effect.gen(function* () {
  const project = yield* Project.make
  project.write("20250101000001_a.up.sql", "-- bfm-tags: env=prod\nCREATE TABLE a (id int);")
  project.write("20250101000001_a.down.sql", "DROP TABLE a;")
  project.write(
    "20250101000002_b.up.sql",
    "-- bfm-depends-on: a\n-- bfm-statement-timeout: 500h\nCREATE TABLE b (id int);"
  )
  project.write("20250101000002_b.down.sql", "DROP TABLE b;")
  project.write("20250101000003_c.up.sql", "CREATE TABLE c (id int);")
  return { project, client: yield* Service.connected(project) }
})

/** Tables that every request names anew. */
const dynamic = Effect.gen(function* () {
  const project = yield* Project.make
  project.write("20250101000001_t.up.sql", "-- bfm-schema: dynamic\nCREATE TABLE {{.Schema}}.t (id int);")
  project.write("20250101000001_t.down.sql", "DROP TABLE {{.Schema}}.t;")
  return { project, client: yield* Service.connected(project) }
})

const collect = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

describe("Migrate", () => {
  it.scopedLive(
    "applies in order, says afterwards that there is nothing to do, and is told apart in history",
    () =>
      Effect.gen(function* () {
        const { client, project } = yield* service
        const first = yield* client.unary(method.migrate, everything, {
          metadata: { "x-request-id": "deploy-7" }
        })
        assert.deepStrictEqual(
          [first.success, first.applied, first.skipped, first.errors],
          [true, [a, b, c], [], []]
        )
        const second = yield* client.unary(method.migrate, everything)
        assert.deepStrictEqual([second.success, second.applied, second.skipped], [true, [], [a, b, c]])
        assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
        const { history } = yield* client.unary(method.getMigrationHistory, { migrationId: a })
        assert.deepInclude(history[0], {
          migrationId: a,
          status: "applied",
          executedBy: "api",
          executionMethod: "grpc",
          executionContext: JSON.stringify({
            connection_type: "grpc",
            method: "migration.MigrationService/Migrate",
            request_id: "deploy-7"
          })
        })
      })
  )

  it.scopedLive("a dry run changes nothing and carries the plan with its statements", () =>
    Effect.gen(function* () {
      const { client, project } = yield* service
      const answer = yield* client.unary(method.migrate, { ...everything, dryRun: true })
      assert.deepStrictEqual(
        answer.applied,
        [a, b, c].map(id => `${id} (dry-run)`)
      )
      const [step] = answer.plan?.steps ?? []
      assert.strictEqual(step?.units[0]?.statements[0]?.text.trim(), "CREATE TABLE a (id int)")
      const [, next] = answer.plan?.steps ?? []
      assert.deepInclude(next, { after: [a], statementTimeout: 1_800_000_000 })
      assert.deepStrictEqual(yield* project.query("SELECT 1 FROM pg_tables WHERE tablename = 'a'"), [])
    })
  )

  it.scopedLive("takes tags, versions and tables", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const applied = (target: object) =>
        Effect.map(
          client.unary(method.migrate, { target, connection: "core", dryRun: true }),
          ({ applied: ids }) => ids.map(id => id.replace(" (dry-run)", ""))
        )
      assert.deepStrictEqual(yield* applied({ tags: ["env=prod"] }), [a])
      assert.deepStrictEqual(yield* applied({ version: Scenario.version(3) }), [c])
      assert.deepStrictEqual(yield* applied({ tables: ["b"] }), [a, b])
      assert.deepStrictEqual(yield* applied({ backend: "etcd" }), [])
    })
  )

  it.scopedLive("runs in the schema that is named by any of its three names", () =>
    Effect.gen(function* () {
      const { client } = yield* dynamic
      const applied = (place: object) =>
        Effect.map(client.unary(method.migrate, { ...everything, ...place }), answer => answer.applied)
      assert.deepStrictEqual(yield* applied({ schema: "t_1" }), [`t_1_${Scenario.id(1, "t")}`])
      assert.deepStrictEqual(yield* applied({ schemaName: "t_2" }), [`t_2_${Scenario.id(1, "t")}`])
      assert.deepStrictEqual(yield* applied({ environment: "e1" }), [`cli_e1_${Scenario.id(1, "t")}`])
      const without = yield* failure(client.unary(method.migrate, everything))
      assert.strictEqual(without.code, status.FAILED_PRECONDITION)
      assert.include(without.details, "has dynamic schema but no schema provided in request")
      assert.deepInclude(without, { reason: "PlanRejected" })
    })
  )

  it.scopedLive(
    "a step that fails is told in the answer, with its SQLSTATE, and so is what did not run",
    () =>
      Effect.gen(function* () {
        const { client, project } = yield* service
        project.write("20250101000002_b.up.sql", "SELECT 1/0;")
        const answer = yield* client.unary(method.migrate, everything)
        assert.deepStrictEqual([answer.success, answer.applied], [false, [a]])
        assert.match(answer.errors[0] ?? "", new RegExp(`^${b}: .*division by zero \\(SQLSTATE 22012\\)$`))
        assert.match(answer.errors[1] ?? "", new RegExp(`^${c}: not run: `))
      })
  )

  it.scopedLive("says what is wrong with a request", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const refused = (request: object) => failure(client.unary(method.migrate, request))
      assert.deepInclude(yield* refused({ connection: "core" }), {
        code: status.INVALID_ARGUMENT,
        reason: "RequestInvalid",
        details: "target: is missing"
      })
      assert.deepInclude(yield* refused({ target: {} }), {
        code: status.INVALID_ARGUMENT,
        details: "connection: is missing"
      })
      assert.deepInclude(yield* refused({ target: { tags: ["x"] }, connection: "core" }), {
        code: status.INVALID_ARGUMENT
      })
      for (const variables of [{ "\0": "x" }, { "not one": "x" }, { region: "a\0b" }]) {
        for (const error of yield* Effect.all([
          refused({ ...everything, variables }),
          failure(Stream.runDrain(client.stream(method.streamMigrate, { ...everything, variables }))),
          failure(client.unary(method.migrateUp, { ...everything, variables })),
          failure(client.unary(method.migrateDown, { migrationId: a, variables })),
          failure(client.unary(method.plan, { variables })),
          failure(client.unary(method.startRun, { variables }))
        ])) {
          assert.deepInclude(error, { code: status.INVALID_ARGUMENT, reason: "RequestInvalid" })
          assert.match(error.details, /variable is named with|value of region/)
        }
      }
      const unknown = yield* refused({ target: {}, connection: "nope" })
      assert.deepInclude(unknown, { code: status.NOT_FOUND, reason: "ConnectionUnknown" })
      assert.deepStrictEqual(unknown.fields, { connection: "nope", configured: '["core"]' })
    })
  )
})

describe("StreamMigrate", () => {
  const told = (client: Client, request: object = {}) =>
    Effect.map(collect(client.stream(method.streamMigrate, { ...everything, ...request })), items =>
      items.map(({ migrationId, status: state, progress, message }) => [
        migrationId,
        state,
        progress,
        message
      ])
    )

  it.scopedLive("tells each migration as it happens: in order, with its id, and how far the run is", () =>
    Effect.gen(function* () {
      const { client, project } = yield* service
      yield* client.unary(method.migrate, { ...everything, target: { version: Scenario.version(1) } })
      assert.deepStrictEqual(yield* told(client), [
        [a, "skipped", 33, "already applied"],
        [b, "running", 33, ""],
        [b, "success", 66, ""],
        [c, "running", 66, ""],
        [c, "success", 100, ""]
      ])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
    })
  )

  it.scopedLive("a failure is told, and so is what could not run after it", () =>
    Effect.gen(function* () {
      const { client, project } = yield* service
      project.write("20250101000002_b.up.sql", "SELECT 1/0;")
      const items = yield* told(client)
      assert.deepStrictEqual(
        items.map(([id, state]) => [id, state]),
        [
          [a, "running"],
          [a, "success"],
          [b, "running"],
          [b, "failed"],
          [c, "failed"]
        ]
      )
      assert.strictEqual(items[3]?.[3], "division by zero")
      assert.match(String(items[4]?.[3]), /^not run: /)
    })
  )

  it.scopedLive("a dry run tells what would run", () =>
    Effect.gen(function* () {
      const { client, project } = yield* service
      assert.deepStrictEqual(
        (yield* told(client, { dryRun: true })).map(([id, state]) => [id, state]),
        [a, b, c].map(id => [id, "success"])
      )
      assert.deepStrictEqual(yield* project.query("SELECT 1 FROM pg_tables WHERE tablename = 'a'"), [])
    })
  )

  it.scopedLive("what cannot be planned is an error of the stream, with its kind", () =>
    Effect.gen(function* () {
      const { client } = yield* dynamic
      const error = yield* failure(told(client))
      assert.deepInclude(error, { code: status.FAILED_PRECONDITION, reason: "PlanRejected" })
    })
  )

  it.scopedLive("renders templates in the schema that is asked for, like everything else", () =>
    Effect.gen(function* () {
      const { client, project } = yield* dynamic
      const id = `tenant_a_${Scenario.id(1, "t")}`
      assert.deepStrictEqual(
        (yield* told(client, { schema: "tenant_a" })).map(([shown, state]) => [shown, state]),
        [
          [id, "running"],
          [id, "success"]
        ]
      )
      assert.lengthOf(yield* project.query("SELECT 1 FROM pg_tables WHERE schemaname = 'tenant_a'"), 1)
    })
  )
})

describe("several schemas", () => {
  it.scopedLive("MigrateUp applies in each, MigrateDown and RollbackMigration take back", () =>
    Effect.gen(function* () {
      const { client, project } = yield* dynamic
      const id = Scenario.id(1, "t")
      const up = yield* client.unary(method.migrateUp, { ...everything, schemas: ["t_1", "t_2", "t_3"] })
      assert.deepStrictEqual(up.applied, [`t_1_${id}`, `t_2_${id}`, `t_3_${id}`])
      const dry = yield* client.unary(method.migrateDown, { migrationId: id, schemas: ["t_1"], dryRun: true })
      assert.deepStrictEqual(dry.applied, [`t_1_${id} (dry-run)`])
      const down = yield* client.unary(method.migrateDown, { migrationId: id, schemas: ["t_1"] })
      assert.deepStrictEqual([down.success, down.applied], [true, [`t_1_${id}`]])
      const rolled = yield* client.unary(method.rollbackMigration, { migrationId: `t_2_${id}` })
      assert.deepStrictEqual(
        [rolled.success, rolled.message, rolled.applied],
        [true, "rollback completed successfully for 1 schema(s)", [`t_2_${id}`]]
      )
      const again = yield* failure(
        client.unary(method.rollbackMigration, { migrationId: id, schemas: ["t_2"] })
      )
      assert.deepInclude(again, {
        code: status.FAILED_PRECONDITION,
        details: `migration is not applied: ${id}`
      })
      const left = yield* project.query("SELECT schemaname FROM pg_tables WHERE tablename = 't'")
      assert.deepStrictEqual(left, [{ schemaname: "t_3" }])
    })
  )

  it.scopedLive("rolling back what others depend on is refused, unless they go first", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      yield* client.unary(method.migrate, everything)
      const refused = yield* failure(client.unary(method.migrateDown, { migrationId: a }))
      assert.deepInclude(refused, { code: status.FAILED_PRECONDITION, reason: "PlanRejected" })
      const down = yield* client.unary(method.migrateDown, { migrationId: a, cascade: true })
      assert.deepStrictEqual(down.applied, [b, a])
      const none = yield* failure(client.unary(method.migrateDown, { migrationId: "nope" }))
      assert.deepInclude(none, { code: status.NOT_FOUND, reason: "MigrationNotFound" })
    })
  )
})

describe("questions", () => {
  it.scopedLive("about migrations are answered as over HTTP", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      yield* client.unary(method.migrate, { ...everything, target: { version: Scenario.version(1) } })
      const list = yield* client.unary(method.listMigrations, {})
      assert.deepStrictEqual(
        list.items.map(({ migrationId, status: state, applied, table, tags }) => ({
          migrationId,
          state,
          applied,
          table,
          tags
        })),
        [
          { migrationId: a, state: "applied", applied: true, table: "a", tags: ["env=prod"] },
          { migrationId: b, state: "pending", applied: false, table: "b", tags: [] },
          { migrationId: c, state: "pending", applied: false, table: "c", tags: [] }
        ]
      )
      assert.strictEqual(list.total, 3)
      const first = yield* client.unary(method.listMigrations, { limit: 2 })
      const rest = yield* client.unary(method.listMigrations, { limit: 2, cursor: first.next })
      assert.deepStrictEqual(
        [...first.items, ...rest.items].map(({ migrationId }) => migrationId),
        [a, b, c]
      )
      assert.deepStrictEqual([first.total, rest.next], [3, ""])
      const pending = yield* client.unary(method.listMigrations, { status: "pending", table: "b" })
      assert.deepStrictEqual(
        pending.items.map(({ migrationId }) => migrationId),
        [b]
      )

      const detail = yield* client.unary(method.getMigration, { migrationId: "20250101000002_b" })
      assert.deepInclude(detail, {
        migrationId: b,
        downSql: "DROP TABLE b;",
        dependencies: ["a"],
        applied: false
      })
      assert.deepInclude(detail.structuredDependencies[0], {
        target: "a",
        targetType: "name",
        connection: "core"
      })

      const standing = yield* client.unary(method.getMigrationStatus, { migrationId: a })
      assert.deepInclude(standing, { migrationId: a, status: "applied", applied: true })
      assert.match(standing.appliedAt, /^\d{4}-\d\d-\d\dT.*Z$/)
      assert.isTrue((yield* client.unary(method.isMigrationApplied, { migrationId: a })).applied)

      const executions = yield* client.unary(method.listExecutions, { migrationId: a })
      assert.deepInclude(executions.executions[0], { migrationId: a, status: "applied", applied: true })
      yield* client.unary(method.migrate, everything)
      assert.lengthOf((yield* client.unary(method.listExecutions, {})).executions, 3)
      assert.lengthOf((yield* client.unary(method.listExecutions, { limit: 2 })).executions, 2)
      const skipped = yield* client.unary(method.listSkipped, { migrationId: a })
      assert.deepInclude(skipped.skipped[0], { migrationId: a, executedBy: "api" })
      const history = yield* client.unary(method.listHistory, { limit: 2 })
      assert.deepStrictEqual(
        history.items.map(({ migrationId, event }) => [migrationId, event]),
        [
          [c, "applied"],
          [b, "applied"]
        ]
      )
      assert.notStrictEqual(history.next, "")

      const ordered = yield* client.unary(method.orderMigrations, {
        migrationIds: [c, b, a],
        connection: "core"
      })
      assert.deepStrictEqual(ordered.orderedMigrationIds, [a, b, c])
    })
  )

  it.scopedLive("about what is not known: pending, not applied, or an error that says so", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const migrationId = "20990101000000_nope_postgresql_core"
      const standing = yield* client.unary(method.getMigrationStatus, { migrationId })
      assert.deepInclude(standing, { migrationId, status: "pending", applied: false })
      assert.isFalse((yield* client.unary(method.isMigrationApplied, { migrationId })).applied)
      for (const asked of [
        client.unary(method.getMigration, { migrationId }),
        client.unary(method.getMigrationHistory, { migrationId }),
        client.unary(method.rollbackMigration, { migrationId })
      ]) {
        const error = yield* failure(asked)
        assert.deepInclude(error, { code: status.NOT_FOUND, reason: "MigrationNotFound" })
        assert.strictEqual(error.fields["id"], migrationId)
      }
      const empty = yield* failure(client.unary(method.getMigration, {}))
      assert.deepInclude(empty, { code: status.INVALID_ARGUMENT, details: "migration_id: is missing" })
    })
  )

  it.scopedLive("about the service: connections, sources that are read again, health", () =>
    Effect.gen(function* () {
      const { client, project } = yield* service
      const { items } = yield* client.unary(method.listConnections, {})
      assert.deepInclude(items[0], { connection: "core", backend: "postgresql", configured: true })
      assert.deepStrictEqual(items[0]?.counts, { pending: 3 })
      project.write("20250101000004_d.up.sql", "CREATE TABLE d (id int);")
      const found = yield* client.unary(method.reindexMigrations, { sfmPath: "/tmp" })
      assert.deepInclude(found, { added: [Scenario.id(4, "d")], removed: [], total: 4 })
      const health = yield* client.unary(method.health, {}, { token: "" })
      assert.strictEqual(health.status, "healthy")
      assert.deepInclude(health.checks, { state: "ok", "connection core": "ok" })
    })
  )
})
