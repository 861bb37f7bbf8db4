import * as fs from "node:fs"
import * as path from "node:path"
import type { DescMessage, DescMethod, DescMethodServerStreaming, DescMethodUnary } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import { status } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Token from "../../../src/adapters/tokens/Token.ts"
import { MigrationService } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Sfm from "../../fixtures/Sfm.ts"
import { type Client, connect, failure } from "./Client.ts"
import * as Service from "./Service.ts"

const { method } = MigrationService
const planted = "Geheim-of-nobody"

const named = (name: string, scopes: ReadonlyArray<string>, connections?: ReadonlyArray<string>) => ({
  name,
  sha256: Token.digestOf(`token-of-${name}`).toString("hex"),
  scopes,
  ...(connections === undefined ? {} : { connections })
})

/** A service on two connections, and a client without a token; each call brings its own. */
const service = Effect.gen(function* () {
  const project = yield* Project.make
  const other = yield* Project.make
  project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
  project.write("20250101000001_a.down.sql", "DROP TABLE a;")
  project.write("/sfm/postgresql/logs/20250101000002_l.up.sql", "CREATE TABLE l (id int);")
  project.write(
    "20250101000003_both.up.sql",
    "-- bfm-depends-on: logs/l\nCREATE TABLE both_of_them (id int);"
  )
  const tokens = [
    named("reader", ["read"]),
    named("migrator", ["migrate"]),
    named("roller", ["rollback"]),
    named("core-only", ["migrate", "rollback"], ["core"])
  ]
  const directory = yield* Sfm.make({ "tokens.json": JSON.stringify({ tokens }) })
  const file = path.join(directory, "tokens.json")
  const { port, said } = yield* Service.start(project, {
    tokens: { file },
    environment: { LOGS_DB_URL: other.target.url }
  })
  /** Takes a token away. */
  const revoke = (name: string) => {
    fs.writeFileSync(`${file}.new`, JSON.stringify({ tokens: tokens.filter(token => token.name !== name) }))
    fs.renameSync(`${file}.new`, file)
  }
  return { project, said, revoke, client: yield* connect(port, "") }
})

const as = (name: string) => ({ token: `token-of-${name}` })

/** A method is a union of kinds that the compiler does not tell apart by `methodKind`. */
const isStreaming = (
  called: DescMethod
): called is DescMethod & DescMethodServerStreaming<DescMessage, DescMessage> =>
  called.methodKind === "server_streaming"
const isUnary = (called: DescMethod): called is DescMethod & DescMethodUnary<DescMessage, DescMessage> =>
  called.methodKind === "unary"

/** The status with which a method answers an empty request. */
const code = (client: Client, called: DescMethod, settings: { readonly token?: string }) => {
  const call = isStreaming(called)
    ? Stream.runDrain(client.stream(called, {}, settings))
    : isUnary(called)
      ? Effect.asVoid(client.unary(called, {}, settings))
      : Effect.dieMessage("there is no such method")
  return Effect.match(call, { onSuccess: () => status.OK, onFailure: error => error.code })
}

const open = [method.health.name]
const changing: ReadonlyArray<string> = [
  method.migrate,
  method.streamMigrate,
  method.migrateUp,
  method.reindexMigrations
].map(({ name }) => name)
const taking: ReadonlyArray<string> = [method.migrateDown, method.rollbackMigration].map(({ name }) => name)

describe("every method", () => {
  it.scopedLive("needs a token, except the one about health", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      for (const called of MigrationService.methods) {
        const found = yield* code(client, called, {})
        assert.strictEqual(
          found,
          open.includes(called.name) ? status.OK : status.UNAUTHENTICATED,
          called.name
        )
      }
    })
  )

  it.scopedLive("needs a token with its scope", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const forbidden = (name: string) =>
        Effect.map(
          Effect.filter(MigrationService.methods, called =>
            Effect.map(code(client, called, as(name)), found => found === status.PERMISSION_DENIED)
          ),
          methods => methods.map(called => called.name)
        )
      // Beginning a run of no direction means applying.
      assert.sameMembers(yield* forbidden("reader"), [...changing, ...taking, "StartRun"])
      assert.sameMembers(yield* forbidden("migrator"), [...taking])
      assert.sameMembers(yield* forbidden("roller"), [...changing, "StartRun"])
    })
  )
})

describe("a token", () => {
  it.scopedLive("that is wrong is refused with its kind, and is in no answer and no line of the log", () =>
    Effect.gen(function* () {
      const { client, said } = yield* service
      const wrong = yield* failure(client.unary(method.listMigrations, {}, { token: planted }))
      assert.deepInclude(wrong, {
        code: status.UNAUTHENTICATED,
        details: "invalid API token",
        reason: "Unauthenticated"
      })
      const basic = yield* failure(
        client.unary(method.listMigrations, {}, { metadata: { authorization: `Basic ${planted}` } })
      )
      assert.deepInclude(basic, {
        code: status.UNAUTHENTICATED,
        details: "authorization header must use Bearer scheme"
      })
      const none = yield* failure(client.unary(method.listMigrations, {}))
      assert.strictEqual(none.details, "missing Authorization header")
      const lines = [yield* said(/authentication failed/), yield* said(/"status":"UNAUTHENTICATED"/)]
      assert.notInclude(`${wrong.whole}${basic.whole}${lines.join()}`, planted)
      assert.match(lines[0] ?? "", /authentication failed for 127\.0\.0\.1: invalid API token/)
    })
  )

  it.scopedLive("is looked for whatever the case of its scheme, and its name is recorded", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const metadata = { authorization: "bearer token-of-migrator" }
      const run = yield* client.unary(
        method.startRun,
        { target: { connections: ["core"], version: Scenario.version(1) } },
        { metadata }
      )
      assert.deepInclude(run.actor, { name: "migrator", method: "grpc" })
    })
  )

  it.scopedLive("that is taken away hears no more", () =>
    Effect.gen(function* () {
      const { client, project, revoke } = yield* service
      const gate = yield* Scenario.gate(project)
      project.write("20250101000004_slow.up.sql", `${gate.statement};`)
      const target = { connections: ["core"], ids: [Scenario.id(4, "slow")] }
      const { id } = yield* client.unary(method.startRun, { target }, as("migrator"))
      yield* gate.reached
      const heard = yield* Effect.fork(
        Stream.runCollect(client.stream(method.watchRun, { runId: id }, as("reader")))
      )
      revoke("reader")
      const events = [...(yield* Fiber.join(heard))]
      assert.isAbove(events.length, 0)
      const run = yield* client.unary(method.getRun, { runId: id }, as("migrator"))
      assert.strictEqual(run.state, "running")
      yield* gate.open
    })
  )

  it.scopedLive("that guesses too often is not looked at for a while", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const guess = (n: number) =>
        failure(client.unary(method.listMigrations, {}, { token: `${planted}-${n}` }))
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, n) => n),
        guess,
        { concurrency: "unbounded" }
      )
      const late = answers.filter(answer => answer.code === status.RESOURCE_EXHAUSTED)
      assert.isAbove(late.length, 0)
      assert.deepInclude(late[0], { reason: "TooManyAttempts" })
      assert.match(late[0]?.fields["retry_after"] ?? "", /^\d+$/)
      assert.strictEqual(String(late[0]?.retryAfter), late[0]?.fields["retry_after"])
    })
  )
})

describe("a token for one connection", () => {
  it.scopedLive("sees and touches no other one, also where dependencies lead to it", () =>
    Effect.gen(function* () {
      const { client, project } = yield* service
      const settings = as("core-only")
      const refused = (request: object) =>
        failure(client.unary(method.migrate, { target: {}, ...request }, settings))
      const foreign = yield* refused({ connection: "logs" })
      assert.deepInclude(foreign, {
        code: status.PERMISSION_DENIED,
        reason: "Forbidden",
        details: "token core-only may not touch connection logs"
      })
      const further = yield* refused({ connection: "core" })
      assert.deepInclude(further, { code: status.PERMISSION_DENIED, reason: "Forbidden" })
      assert.include(further.details, Scenario.id(2, "l", "logs"))
      const planned = yield* failure(
        client.unary(method.plan, { target: { connections: ["core"] } }, settings)
      )
      assert.strictEqual(planned.code, status.PERMISSION_DENIED)
      assert.deepStrictEqual(yield* project.query("SELECT 1 FROM pg_tables WHERE tablename = 'a'"), [])
      const own = yield* client.unary(
        method.migrate,
        { target: { version: Scenario.version(1) }, connection: "core" },
        settings
      )
      assert.deepStrictEqual(own.applied, [Scenario.id(1, "a")])
      const { items } = yield* client.unary(method.listMigrations, {}, settings)
      assert.deepStrictEqual(
        items.map(({ connection }) => connection),
        ["core", "core"]
      )
      const { items: connections } = yield* client.unary(method.listConnections, {}, settings)
      assert.deepStrictEqual(
        connections.map(({ connection }) => connection),
        ["core"]
      )
      const detail = yield* failure(
        client.unary(method.getMigration, { migrationId: Scenario.id(2, "l", "logs") }, settings)
      )
      assert.strictEqual(detail.code, status.PERMISSION_DENIED)
    })
  )

  it.scopedLive("hears nothing of runs that reach others, and ends none", () =>
    Effect.gen(function* () {
      const { client } = yield* service
      const settings = as("core-only")
      const start = (connections: ReadonlyArray<string>) =>
        Effect.tap(
          client.unary(method.startRun, { target: { connections: [...connections] } }, as("migrator")),
          ({ id }) => Stream.runDrain(client.stream(method.watchRun, { runId: id }, as("migrator")))
        )
      const { id: foreign } = yield* start(["logs"])
      const { id: further } = yield* start(["core"])
      const calls = [
        client.unary(method.getRun, { runId: foreign }, settings),
        client.unary(method.getRunResult, { runId: foreign }, settings),
        client.unary(method.cancelRun, { runId: foreign }, settings),
        client.unary(method.resumeRun, { runId: foreign }, settings),
        Stream.runDrain(client.stream(method.watchRun, { runId: foreign }, settings))
      ]
      for (const call of calls) assert.strictEqual((yield* failure(call)).code, status.PERMISSION_DENIED)
      // Nothing was left to do where its dependency leads.
      const run = yield* client.unary(method.getRun, { runId: further }, settings)
      assert.deepStrictEqual(run.connections, ["core"])
      const { items, total } = yield* client.unary(method.listRuns, { limit: 1 }, settings)
      assert.deepStrictEqual([items.map(({ id }) => id), total], [[further], 1])
      const { items: history } = yield* client.unary(method.listHistory, { limit: 1 }, settings)
      assert.deepStrictEqual(
        history.map(({ connection }) => connection),
        ["core"]
      )
    })
  )
})
