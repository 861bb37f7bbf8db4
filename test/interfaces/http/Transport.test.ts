import { assert, describe, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Raw from "./Raw.ts"
import * as Service from "./Service.ts"

class Running extends Context.Tag("test/Running")<Running, Service.Service>() {}

const running = Layer.scoped(
  Running,
  Effect.gen(function* () {
    const project = yield* Project.make
    project.write("20250101120000_create_users.up.sql", "CREATE TABLE users (id int);")
    project.write("20250101120001_größe.up.sql", "SELECT 1;")
    return yield* Service.start(project, {
      server: { bodyLimit: 10_000, corsOrigins: ["https://ops.example"] }
    })
  })
)

const json = (text: string): Record<string, unknown> => JSON.parse(text)

layer(running)("over a socket", it => {
  it.effect("unknown routes and wrong methods", () =>
    Effect.gen(function* () {
      const { ask, get, post } = yield* Running
      const nowhere = yield* get("/api/v1/nothing?x=secret", { token: null })
      assert.deepStrictEqual(
        [nowhere.status, nowhere.body],
        [404, { error: "there is nothing at /api/v1/nothing", code: "RouteNotFound" }]
      )
      for (const [method, path, allow] of [
        ["DELETE", "/health", "GET, HEAD, OPTIONS"],
        ["GET", "/api/v1/migrate", "OPTIONS, POST"],
        ["PUT", "/api/v1/migrations/x", "GET, HEAD, OPTIONS"],
        ["PATCH", "/api/v1/runs", "GET, HEAD, OPTIONS, POST"]
      ] as const) {
        const answer = yield* ask(method, path)
        assert.deepStrictEqual(
          [answer.status, answer.body.code],
          [405, "MethodNotAllowed"],
          `${method} ${path}`
        )
        assert.strictEqual(answer.headers.get("allow"), allow)
      }
      assert.strictEqual((yield* get("/api/v1/migrations/")).status, 200)
      assert.strictEqual((yield* ask("HEAD", "/health")).status, 200)
      assert.strictEqual((yield* post("/api/v1/migrations/reindex/")).status, 200)
    })
  )

  it.effect("bodies that are no JSON, or too large, also in chunks", () =>
    Effect.gen(function* () {
      const { port, post } = yield* Running
      for (const raw of [
        "x",
        "{",
        '{"connection"',
        "[".repeat(9_000),
        "\u0000",
        '"text"',
        "5",
        "null",
        "[]"
      ]) {
        const answer = yield* post("/api/v1/migrate", undefined, { raw })
        assert.strictEqual(answer.status, 400, raw.slice(0, 20))
        assert.isString(answer.body.error)
      }
      const deep = yield* post("/api/v1/plan", undefined, {
        raw: `{"schemas": ${"[".repeat(3_000)}${"]".repeat(3_000)}}`
      })
      assert.deepStrictEqual(
        [deep.status, deep.body],
        [400, { error: "the body is nested more than 100 times", code: "BodyInvalid" }]
      )
      const large = yield* post("/api/v1/migrate", { connection: "x".repeat(20_000) })
      assert.deepStrictEqual([large.status, large.body.code], [413, "BodyTooLarge"])
      const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`
      const head = `POST /api/v1/migrate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t-admin\r\nTransfer-Encoding: chunked\r\n\r\n`
      const chunked = yield* Raw.send(port, head, chunk, chunk, chunk, chunk, "0\r\n\r\n")
      assert.deepStrictEqual([chunked.status, json(chunked.body)["code"]], [413, "BodyTooLarge"])
      const fits = yield* post("/api/v1/migrations/order-batch", undefined, {
        raw: `\uFEFF{"migration_ids":[],"connection":"core"}`,
        headers: { "content-type": "text/plain" }
      })
      assert.strictEqual(fits.status, 200)
    })
  )

  it.effect("what is no HTTP is answered as JSON too", () =>
    Effect.gen(function* () {
      const { port } = yield* Running
      for (const [bytes, status] of [
        ["nonsense\r\n\r\n", 400],
        ["GET / HTTP/9.9\r\n\r\n", 400],
        ["GET /health HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n", 400],
        ["POST /api/v1/migrate HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400],
        [`GET /api/v1/migrations/${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
        ["GET /health HTTP/1.1\r\nHost: x\r\nExpect: cake\r\n\r\n", 417],
        ["CONNECT example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n", 405],
        ["GET http://other.example/api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404],
        ["GET /%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n", 404],
        ["GET //health HTTP/1.1\r\nHost: x\r\n\r\n", 404],
        ["OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404],
        ["GET /api/v1/migrations/%00/status HTTP/1.1\r\nHost: x\r\n\r\n", 401]
      ] as const) {
        const answer = yield* Raw.send(port, bytes)
        assert.strictEqual(answer.status, status, bytes.slice(0, 60))
        assert.isString(json(answer.body)["code"], bytes.slice(0, 60))
        assert.isString(json(answer.body)["error"])
      }
      const without = yield* Raw.send(port, "GET /health/live HTTP/1.1\r\n\r\n")
      assert.strictEqual(without.status, 200)
    })
  )

  it.effect("a line on which nobody asks is kept for longer than a balancer keeps it", () =>
    Effect.gen(function* () {
      const { get } = yield* Running
      const answer = yield* get("/health/live", { token: null })
      const [, seconds] = /timeout=(\d+)/.exec(answer.headers.get("keep-alive") ?? "") ?? []
      assert.isAbove(Number(seconds), 600)
    })
  )

  it.effect("ids of any length and letters", () =>
    Effect.gen(function* () {
      const { get } = yield* Running
      for (const id of [
        "x".repeat(250),
        "ü".repeat(250),
        "/metadata/ops_2025",
        "a b?c#d%",
        "😀".repeat(60),
        "..",
        "%2e"
      ]) {
        const path = `/api/v1/migrations/${encodeURIComponent(id)}`
        const status = yield* get(`${path}/status`)
        if (id === "..") continue
        assert.deepStrictEqual(status.body, { applied: false, migration_id: id, status: "pending" })
        assert.strictEqual((yield* get(path)).body.code, "MigrationNotFound")
      }
      const known = yield* get(
        `/api/v1/migrations/${encodeURIComponent("20250101120001_größe_postgresql_core")}`
      )
      assert.strictEqual(known.body.name, "größe")
      const long = yield* get(`/api/v1/migrations/${"y".repeat(12_000)}/status`)
      assert.strictEqual(long.status, 404)
      assert.isString(long.body.error)
    })
  )

  it.effect("who asks, and what they may", () =>
    Effect.gen(function* () {
      const { ask, get, post } = yield* Running
      const told = (authorization: string) =>
        Effect.map(
          get("/api/v1/migrations", { token: null, headers: { authorization } }),
          ({ status, body }) => [status, body]
        )
      const unauthenticated = (reason: string) => [401, { reason, error: reason, code: "Unauthenticated" }]
      assert.deepStrictEqual(yield* told(""), unauthenticated("missing Authorization header"))
      assert.deepStrictEqual(yield* told("t-admin"), unauthenticated("invalid Authorization header format"))
      assert.deepStrictEqual(
        yield* told("Basic t-admin"),
        unauthenticated("authorization header must use Bearer scheme")
      )
      assert.deepStrictEqual(yield* told("Bearer  t-admin"), unauthenticated("invalid API token"))
      assert.strictEqual((yield* told("bEaReR t-admin"))[0], 200)
      const blocked = yield* get("/api/v1/migrations", { token: "t-blocked" })
      assert.deepStrictEqual([blocked.status, blocked.headers.get("retry-after")], [429, "7"])

      for (const path of ["/health", "/api/v1/health", "/health/live", "/health/ready", "/docs"]) {
        assert.strictEqual((yield* get(path, { token: null })).status, 200, path)
      }
      for (const path of [
        "/metrics",
        "/api/v1/openapi.json",
        "/api/v1/openapi.yaml",
        "/api/v1/connections",
        "/api/v1/history",
        "/api/v1/runs",
        "/api/v1/runs/x",
        "/api/v1/runs/x/events",
        "/api/v1/migrations",
        "/api/v1/migrations/x",
        "/api/v1/migrations/executions/recent"
      ]) {
        assert.strictEqual((yield* get(path, { token: null })).status, 401, path)
      }
      const run = { connection: "core", target: {}, dry_run: true }
      const forbidden = yield* post("/api/v1/migrate", run, { token: "t-read" })
      assert.deepStrictEqual(
        [forbidden.status, forbidden.body.error],
        [403, "token reader lacks the scope migrate"]
      )
      // A body is not looked at before it is known who sent it.
      assert.strictEqual((yield* ask("POST", "/api/v1/migrate", { token: null, raw: "x" })).status, 401)
      assert.strictEqual((yield* post("/api/v1/migrate", run, { token: "t-migrate" })).status, 200)
      const down = { migration_id: "20250101120000_create_users" }
      assert.strictEqual((yield* post("/api/v1/migrations/down", down, { token: "t-migrate" })).status, 403)
      const start = { direction: "down", id: "20250101120000_create_users" }
      assert.strictEqual((yield* post("/api/v1/runs", start, { token: "t-migrate" })).status, 403)
    })
  )

  it.effect("every answer has an id and says what a browser may do with it", () =>
    Effect.gen(function* () {
      const { ask, get, post } = yield* Running
      for (const answer of [
        yield* get("/health"),
        yield* get("/api/v1/nothing"),
        yield* get("/api/v1/migrations", { token: null }),
        yield* post("/api/v1/migrate", undefined, { raw: "x" })
      ]) {
        assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/)
        assert.strictEqual(answer.headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.include(answer.headers.get("content-security-policy") ?? "", "default-src 'none'")
        assert.isNull(answer.headers.get("access-control-allow-origin"))
      }
      const own = yield* get("/health", { headers: { "x-request-id": "ci-4711" } })
      assert.strictEqual(own.headers.get("x-request-id"), "ci-4711")
      const strange = yield* get("/health", { headers: { "x-request-id": "a b<script>" } })
      assert.match(strange.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/)

      const allowed = yield* get("/health", { headers: { origin: "https://ops.example" } })
      assert.strictEqual(allowed.headers.get("access-control-allow-origin"), "https://ops.example")
      const foreign = yield* get("/health", { headers: { origin: "https://evil.example" } })
      assert.isNull(foreign.headers.get("access-control-allow-origin"))
      const preflight = (origin: string) =>
        ask("OPTIONS", "/api/v1/migrate", {
          token: null,
          headers: { origin, "access-control-request-method": "POST" }
        })
      const good = yield* preflight("https://ops.example")
      assert.deepStrictEqual(
        [good.status, good.headers.get("access-control-allow-methods")],
        [204, "OPTIONS, POST"]
      )
      assert.include(good.headers.get("access-control-allow-headers") ?? "", "Authorization")
      assert.isNull((yield* preflight("https://evil.example")).headers.get("access-control-allow-methods"))
    })
  )
})

it.scopedLive("pages of any origin may call where that is said", () =>
  Effect.gen(function* () {
    const { get, ask } = yield* Service.start(yield* Project.make, { server: { corsOrigins: ["*"] } })
    const headers = { origin: "https://ops.example", "access-control-request-method": "POST" }
    const answers = [
      yield* get("/health", { headers }),
      yield* ask("OPTIONS", "/api/v1/migrate", { token: null, headers })
    ]
    assert.deepStrictEqual(
      answers.map(({ headers }) => headers.get("access-control-allow-origin")),
      [headers.origin, headers.origin]
    )
    assert.strictEqual(answers[1]?.headers.get("access-control-allow-methods"), "OPTIONS, POST")
  })
)

describe("several connections", () => {
  it.scopedLive("a token for one of them sees and touches no other", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101120000_users.up.sql", "CREATE TABLE users (id int);")
      project.write("/sfm/postgresql/logs/20250101110000_events.up.sql", "CREATE TABLE events (id int);")
      project.write("20250101130000_views.up.sql", "-- bfm-depends-on: logs/events\nSELECT 1;")
      const { get, post } = yield* Service.start(project, {
        environment: {
          LOGS_BACKEND: "postgresql",
          LOGS_DB_URL: project.target.url,
          LOGS_LEDGER_SCHEMA: "bfm_logs"
        }
      })
      const token = "t-core"
      const list = yield* get("/api/v1/migrations", { token })
      assert.deepStrictEqual(
        list.body.items.map((item: { connection: string }) => item.connection),
        ["core", "core"]
      )
      assert.strictEqual((yield* get("/api/v1/connections", { token })).body.total, 1)
      assert.strictEqual((yield* get("/api/v1/migrations/20250101110000_events", { token })).status, 403)
      assert.strictEqual(
        (yield* get("/api/v1/migrations/20250101110000_events/status", { token })).status,
        403
      )
      const logs = yield* post("/api/v1/migrate", { connection: "logs", target: {} }, { token })
      assert.deepStrictEqual([logs.status, logs.body.code], [403, "Forbidden"])
      assert.strictEqual((yield* post("/api/v1/runs", {}, { token })).status, 403)
      // A dependency leads to the other one.
      for (const dry_run of [true, false]) {
        const reach = yield* post("/api/v1/migrate", { connection: "core", target: {}, dry_run }, { token })
        assert.strictEqual(reach.status, 403)
        assert.include(reach.body.error, "20250101110000_events_postgresql_logs runs on connection logs")
      }
      assert.deepStrictEqual((yield* get("/api/v1/migrations?applied=true", {})).body.items[0].applied, false)
      const own = { connection: "core", target: { version: "20250101120000" } }
      assert.strictEqual((yield* post("/api/v1/migrate", own, { token })).status, 200)
      const run = (connection: string) => ({
        target: { connections: [connection], version: "20250101120000" }
      })
      assert.strictEqual((yield* post("/api/v1/runs", run("core"), { token })).status, 202)
      assert.strictEqual((yield* post("/api/v1/runs", run("logs"), { token })).status, 403)
    })
  )

  it.scopedLive("a token for one of them hears nothing of runs that reach others, and ends none", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101120000_users.up.sql", "CREATE TABLE users (id int);")
      project.write("20250101130000_views.up.sql", "-- bfm-depends-on: logs/events\nSELECT 1;")
      const file = "/sfm/postgresql/logs/20250101110000_events.up.sql"
      const gate = yield* Scenario.gate(project)
      project.write(file, `CREATE TABLE secret_events (id int);\n${gate.statement};`)
      const { get, post } = yield* Service.start(project, {
        environment: {
          LOGS_BACKEND: "postgresql",
          LOGS_DB_URL: project.target.url,
          LOGS_LEDGER_SCHEMA: "bfm_logs"
        }
      })
      const token = "t-core"
      const start = (target: object) =>
        Effect.map(post("/api/v1/runs", { target }), ({ body }): string => body.id)
      const done = (id: string) => get(`/api/v1/runs/${id}/events`)
      const own = yield* start({ connections: ["core"], version: "20250101120000" })
      yield* done(own)
      const foreign = yield* start({ connections: ["logs"] })
      yield* gate.reached
      const refused = Effect.gen(function* () {
        for (const path of ["", "/events", "/result"]) {
          const answer = yield* get(`/api/v1/runs/${foreign}${path}`, { token })
          assert.deepStrictEqual([answer.status, answer.body.code], [403, "Forbidden"], path)
          assert.notInclude(answer.text, "secret")
        }
        for (const path of ["cancel?now=true", "resume"])
          assert.strictEqual((yield* post(`/api/v1/runs/${foreign}/${path}`, {}, { token })).status, 403)
      })
      yield* refused
      yield* gate.open
      yield* done(foreign)
      yield* refused
      assert.strictEqual((yield* get(`/api/v1/runs/${foreign}`)).body.state, "succeeded")
      // One that was asked for on the own connection, and one that was asked for everywhere.
      project.write(file.replace("20250101110000", "20250101140000"), "SELECT 1;")
      const all = yield* start({})
      yield* done(all)
      const further = yield* start({ connections: ["core"] })
      yield* done(further)
      const { body } = yield* get("/api/v1/runs?limit=1", { token })
      assert.deepStrictEqual(
        [body.total, body.items[0].id, body.items[0].connections],
        [2, further, ["core"]]
      )
      assert.strictEqual((yield* get("/api/v1/runs")).body.total, 4)
      const last = (yield* get("/api/v1/history?limit=1", { token })).body.items
      assert.deepStrictEqual([last.length, last[0].connection], [1, "core"])
      const [execution] = (yield* get("/api/v1/migrations/executions/recent?limit=1", { token })).body
        .executions
      assert.strictEqual(execution.connection, "core")
      assert.strictEqual((yield* get("/metrics", { token })).status, 403)
      assert.strictEqual((yield* get("/metrics")).status, 200)
    })
  )
})
