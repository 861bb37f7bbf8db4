import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as grpc from "@grpc/grpc-js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving
} from "../../../src/interfaces/grpc/generated/grpc/health/v1/health_pb.ts"
import { MigrationService } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import { type Client, connect, failure } from "./Client.ts"
import * as Service from "./Service.ts"

const { method } = MigrationService
const everything = { target: {}, connection: "core" }

const simple = Effect.gen(function* () {
  const project = yield* Project.make
  project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
  return project
})

const collect = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

describe("health", () => {
  it.scopedLive("is served without a token, for the server and for its service", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.start(yield* simple)
      const client = yield* connect(port, "")
      for (const service of ["", "migration.MigrationService"]) {
        const answer = yield* client.unary(Health.method.check, { service })
        assert.strictEqual(answer.status, Serving.SERVING)
      }
      const unknown = yield* failure(client.unary(Health.method.check, { service: "nope" }))
      assert.deepInclude(unknown, { code: grpc.status.NOT_FOUND, details: "unknown service nope" })
      const { statuses } = yield* client.unary(Health.method.list, {})
      assert.deepStrictEqual(Object.keys(statuses), ["", "migration.MigrationService"])
    })
  )

  it.scopedLive("says no when a store cannot be asked, as the rpc Health does", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.start(yield* simple, {
        environment: { CORE_DB_URL: "postgres://u@127.0.0.1:1/x" }
      })
      const client = yield* connect(port, "")
      assert.strictEqual((yield* client.unary(Health.method.check, {})).status, Serving.NOT_SERVING)
      const health = yield* client.unary(method.health, {})
      assert.deepInclude(health.checks, { "connection core": "ConnectionUnreachable", state: "ok" })
      assert.strictEqual(health.status, "unhealthy")
    })
  )
})

/** Asks reflection; requests and answers are told apart by their bytes only. */
const reflect = (client: Client, request: Buffer, token: string) =>
  Effect.async<string, grpc.ServiceError>(resume => {
    const metadata = new grpc.Metadata()
    if (token !== "") metadata.set("authorization", `Bearer ${token}`)
    const call = client.channel.makeBidiStreamRequest<Buffer, Buffer>(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      bytes => bytes,
      bytes => bytes,
      metadata
    )
    call.on("data", (bytes: Buffer) => {
      resume(Effect.succeed(bytes.toString("latin1")))
      call.end()
    })
    call.on("error", (error: grpc.ServiceError) => resume(Effect.fail(error)))
    call.write(request)
  })

describe("reflection", () => {
  const listServices = Buffer.concat([Buffer.from([0x3a, 1]), Buffer.from("*")])
  const symbol = "migration.MigrationService"
  const containing = Buffer.concat([Buffer.from([0x22, symbol.length]), Buffer.from(symbol)])

  it.scopedLive("lists the services and describes them, to those who may read", () =>
    Effect.gen(function* () {
      const client = yield* Service.connected(yield* simple)
      const services = yield* reflect(client, listServices, Service.token)
      assert.include(services, "migration.MigrationService")
      assert.include(services, "grpc.health.v1.Health")
      const file = yield* reflect(client, containing, Service.token)
      for (const { name } of MigrationService.methods) assert.include(file, name)
      const refused = yield* Effect.flip(reflect(client, listServices, ""))
      assert.strictEqual(refused.code, grpc.status.UNAUTHENTICATED)
    })
  )
})

describe("limits", () => {
  it.scopedLive("a message that is too large is refused, and the next call is answered", () =>
    Effect.gen(function* () {
      const client = yield* Service.connected(yield* simple, { server: { messageLimit: 10_000 } })
      const variables = { x: "x".repeat(20_000) }
      const refused = yield* failure(client.unary(method.migrate, { ...everything, variables }))
      assert.strictEqual(refused.code, grpc.status.RESOURCE_EXHAUSTED)
      assert.deepInclude(yield* client.unary(method.migrate, everything), { success: true })
    })
  )

  it.scopedLive("an error with very much to say arrives, shortened", () =>
    Effect.gen(function* () {
      const project = yield* simple
      for (let n = 2; n < 400; n++)
        project.write(`${Scenario.named(n, "broken")}.up.sql`, "COMMIT;\nSELECT '")
      const client = yield* Service.connected(project)
      const refused = yield* failure(client.unary(method.migrate, everything))
      assert.deepInclude(refused, { code: grpc.status.FAILED_PRECONDITION, reason: "PlanRejected" })
      assert.match(refused.details, /^\d+ problems, nothing was run/)
      assert.match(refused.details, /… \(\d+ characters\)$/)
    })
  )

  it.scopedLive("a port that is taken is told", () =>
    Effect.gen(function* () {
      const project = yield* simple
      const { port } = yield* Service.start(project)
      const error = yield* Effect.flip(Service.start(project, { server: { port } }))
      assert.strictEqual(error._tag, "ListenFailed")
      assert.include(error.message, `127.0.0.1:${port}`)
      assert.include(error.message, "EADDRINUSE")
    })
  )
})

describe("TLS", () => {
  const file = (name: string): Buffer => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url))

  it.scopedLive("is spoken when there is a certificate, and then nothing else is", () =>
    Effect.gen(function* () {
      const tls = { certificate: file("server.pem").toString(), key: file("server.key").toString() }
      const { port } = yield* Service.start(yield* simple, { server: { tls } })
      const secure = yield* connect(port, Service.token, grpc.credentials.createSsl(file("ca.pem")))
      assert.deepInclude(yield* secure.unary(method.migrate, everything), { success: true })
      const plain = yield* connect(port, Service.token)
      const refused = yield* failure(plain.unary(method.health, {}, { deadline: 3_000 }))
      assert.include([grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED], refused.code)
    })
  )
})

describe("the end", () => {
  it.scopedLive("the step in flight ends and is answered, watchers hear of it, nothing new is begun", () =>
    Effect.gen(function* () {
      const project = yield* simple
      const gate = yield* Scenario.gate(project)
      project.write("20250101000002_b.up.sql", `CREATE TABLE b (id int);\n${gate.statement};`)
      project.write("20250101000003_c.up.sql", "-- bfm-transaction: none\nCREATE TABLE c (id int);")
      const scope = yield* Scope.make()
      const { port } = yield* Scope.extend(Service.start(project), scope)
      const client = yield* connect(port, Service.token)
      const health = yield* Effect.fork(collect(client.stream(Health.method.watch, {})))
      const migrating = yield* Effect.fork(client.unary(method.migrate, everything))
      yield* gate.reached
      const run = yield* Effect.map(client.unary(method.listRuns, {}), ({ items }) => items[0]?.id ?? "")
      const following = yield* Effect.fork(collect(client.stream(method.watchRun, { runId: run })))
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      const refused = yield* failure(
        Effect.repeat(client.unary(method.startRun, { target: { version: Scenario.version(9) } }), {
          times: 1_000
        })
      )
      assert.deepInclude(refused, { code: grpc.status.UNAVAILABLE, reason: "ShuttingDown" })
      yield* gate.open
      const answer = yield* Fiber.join(migrating)
      assert.deepStrictEqual(answer.applied, [Scenario.id(1, "a"), Scenario.id(2, "b")])
      assert.deepInclude((yield* Fiber.join(following)).at(-1)?.event.value, { state: "cancelled" })
      yield* Fiber.join(closing)
      assert.deepStrictEqual(
        (yield* Fiber.join(health)).map(({ status }) => status),
        [Serving.SERVING, Serving.NOT_SERVING]
      )
      assert.deepStrictEqual(yield* Scenario.agreed(project), [Scenario.id(1, "a"), Scenario.id(2, "b")])
    })
  )
})

describe("secrets", () => {
  it.scopedLive("are in no error, whatever goes wrong", () =>
    Effect.gen(function* () {
      const planted = "Geheim-9f"
      const project = yield* simple
      const dead = `postgres://bfm:${planted}@127.0.0.1:1/x`
      const { port } = yield* Service.start(project, {
        tokens: { token: Redacted.make(planted) },
        environment: { CORE_DB_URL: dead }
      })
      const client = yield* connect(port, planted)
      const errors = yield* Effect.forEach(
        [
          client.unary(method.migrate, everything),
          client.unary(method.plan, {}),
          client.unary(method.rollbackMigration, { migrationId: Scenario.id(1, "a") }),
          Stream.runDrain(client.stream(method.streamMigrate, everything)),
          client.unary(method.getMigration, { migrationId: "x" }),
          client.unary(method.migrate, everything, { token: `${planted}x` })
        ],
        failure
      )
      assert.deepInclude(errors[0], { code: grpc.status.UNAVAILABLE, reason: "ConnectionUnreachable" })
      assert.notInclude(errors.map(({ whole }) => whole).join(), planted)
      const shown = [
        yield* client.unary(method.listConnections, {}),
        yield* client.unary(method.health, {}),
        yield* client.unary(method.listMigrations, {}),
        yield* client.unary(method.listRuns, {})
      ]
      assert.notInclude(
        JSON.stringify(shown, (_, value) => (typeof value === "bigint" ? String(value) : value)),
        planted
      )
    })
  )
})
