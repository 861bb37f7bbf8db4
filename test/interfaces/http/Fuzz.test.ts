import * as Http from "node:http"
import { assert, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Project from "../../fixtures/Project.ts"
import * as Raw from "./Raw.ts"
import * as Service from "./Service.ts"

class Running extends Context.Tag("test/Running")<Running, Service.Service>() {}

const running = Layer.scoped(
  Running,
  Effect.gen(function* () {
    const project = yield* Project.make
    project.write("20250101120000_create_users.up.sql", "CREATE TABLE users (id int);")
    project.write("20250101120001_tenant.up.sql", "-- bfm-schema: dynamic\nCREATE TABLE t (id int);")
    return yield* Service.start(project, { server: { bodyLimit: 5_000 } })
  })
)

const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom(
    "core",
    "",
    "20250101120000",
    "create_users",
    "20250101120000_create_users_postgresql_core",
    "__proto__",
    "%",
    "..",
    "\u0000",
    "pg_catalog",
    "a".repeat(70)
  )
)

/** A URL's part. */
const part = word.map(encodeURIComponent)

const path = fc.oneof(
  part.map(id => `/${id}`),
  fc
    .tuple(
      part,
      fc.constantFrom(
        "",
        "/status",
        "/applied",
        "/history",
        "/executions",
        "/skipped",
        "/rollback",
        "/nothing"
      )
    )
    .map(([id, rest]) => `/api/v1/migrations/${id}${rest}`),
  fc
    .tuple(part, fc.constantFrom("", "/events", "/cancel", "/resume"))
    .map(([id, rest]) => `/api/v1/runs/${id}${rest}`),
  fc.constantFrom(
    "/api/v1/migrations",
    "/api/v1/migrations/up",
    "/api/v1/migrations/down",
    "/api/v1/migrations/order-batch",
    "/api/v1/migrations/reindex",
    "/api/v1/migrate",
    "/api/v1/plan",
    "/api/v1/runs",
    "/api/v1/history",
    "/api/v1/connections",
    "/health",
    "/docs"
  )
)

const query = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom("limit", "cursor", "schema", "tag", "id", "status", "backend"), part),
      fc.oneof(part, fc.integer().map(String))
    ),
    { maxLength: 4 }
  )
  .map(pairs => (pairs.length === 0 ? "" : `?${pairs.map(([key, value]) => `${key}=${value}`).join("&")}`))

const fields = [
  "connection",
  "target",
  "schema",
  "schemas",
  "environment",
  "dry_run",
  "migration_id",
  "migration_ids",
  "id",
  "direction",
  "concurrency",
  "plan_hash",
  "variables",
  "tags",
  "tables",
  "version",
  "backend",
  "connections",
  "to"
]

const json = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.boolean(),
    fc.double(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...fields), word), tie("value"), { maxKeys: 6 })
  ),
  /** Near enough to a real request that much of it is looked at. */
  request: fc.record(
    {
      connection: fc.oneof(
        { weight: 4, arbitrary: fc.constant("core") },
        { weight: 1, arbitrary: tie("value") }
      ),
      target: fc.oneof(
        fc.constant({}),
        fc.record(
          { version: word, schema: word, tags: fc.array(word, { maxLength: 2 }) },
          { requiredKeys: [] }
        ),
        tie("value")
      ),
      schema: word,
      schemas: fc.array(word, { maxLength: 2 }),
      environment: word,
      dry_run: fc.boolean(),
      migration_id: word,
      id: word,
      direction: fc.constantFrom("up", "down"),
      variables: fc.dictionary(word, word, { maxKeys: 2 })
    },
    { requiredKeys: ["connection", "target"] }
  )
}))

const body = fc.oneof(
  fc.constant(undefined),
  json.request.map(value => JSON.stringify(value)),
  json.value.map(value => JSON.stringify(value)),
  fc.string({ unit: "binary", maxLength: 6_000 })
)

/** What Node's own client lets through. */
const headers = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "x-request-id",
      "accept",
      "origin",
      "last-event-id",
      "content-type",
      "if-none-match",
      "cookie"
    ),
    fc.stringMatching(/^x-[a-z]{1,20}$/)
  ),
  fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,200}$/),
  { maxKeys: 4 }
)

const request = fc.record({
  method: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("GET", "POST") },
    { weight: 1, arbitrary: fc.constantFrom("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS") }
  ),
  path,
  query,
  body,
  headers
})

interface Answer {
  readonly status: number
  readonly text: string
}

const agent = new Http.Agent({ keepAlive: true, maxSockets: 4 })

const ask = (
  port: number,
  asked: typeof request extends fc.Arbitrary<infer A> ? A : never
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = Http.request(
      {
        agent,
        port,
        host: "127.0.0.1",
        method: asked.method,
        path: `${asked.path}${asked.query}`,
        timeout: 10_000,
        headers: { ...asked.headers, authorization: "Bearer t-admin" }
      },
      response => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", chunk => {
          text += chunk
        })
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
      }
    )
    sent.on("timeout", () => sent.destroy(new Error("no answer")))
    sent.on("error", reject)
    sent.end(asked.method === "GET" || asked.method === "HEAD" ? undefined : asked.body)
  })

layer(running, { timeout: "3 minutes" })("whatever is asked", it => {
  it.effect("is answered, never by a mistake of ours, and every refusal says why", () =>
    Effect.gen(function* () {
      const { port } = yield* Running
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(request, async asked => {
            const { status, text } = await ask(port, asked)
            const told = `${status} ${text.slice(0, 500)}`
            assert.isTrue(status >= 200 && status < 500, told)
            if (status < 400 || asked.method === "HEAD") return
            const answer = JSON.parse(text)
            assert.isTrue(typeof answer.error === "string" && answer.error !== "", told)
            assert.match(answer.code, /^[A-Z][A-Za-z]+$/, told)
          }),
          { numRuns: 1_500, endOnFailure: true }
        )
      )
    })
  )

  it.effect("bytes that are hardly HTTP", () =>
    Effect.gen(function* () {
      const { port } = yield* Running
      const bytes = fc.oneof(
        // Of blank lines alone no request has begun yet.
        fc
          .uint8Array({ minLength: 1, maxLength: 300 })
          .filter(given => given.some(byte => byte !== 13 && byte !== 10))
          .map(given => Buffer.from(given)),
        fc
          .tuple(fc.constantFrom("GET", "POST", "BREW", ""), word, word, word)
          .map(([method, target, name, value]) =>
            Buffer.from(`${method} /${target} HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n\r\n`, "latin1")
          )
      )
      const broken = Buffer.from("\r\n\r\n")
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(bytes, async given => {
            const answer = await Effect.runPromise(Raw.send(port, given, broken))
            assert.isTrue(answer.status >= 200 && answer.status < 500, `${answer.status} ${answer.head}`)
            if (answer.status >= 400) assert.isString(JSON.parse(answer.body).code)
          }),
          { numRuns: 300, endOnFailure: true }
        )
      )
    })
  )
})
