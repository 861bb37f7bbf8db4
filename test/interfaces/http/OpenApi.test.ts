import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import * as Project from "../../fixtures/Project.ts"
import * as JsonSchema from "./JsonSchema.ts"
import * as Service from "./Service.ts"

interface Operation {
  readonly operationId: string
  readonly security: ReadonlyArray<object>
  readonly parameters: ReadonlyArray<{
    readonly name: string
    readonly in: string
    readonly example?: unknown
  }>
  readonly requestBody?: { readonly content: Content; readonly required: boolean }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}
type Content = Readonly<
  Record<string, { readonly schema: JsonSchema.JsonSchema; readonly example?: unknown }>
>

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: JsonSchema.Schemas }
}

const users = "20250101120000_create_users"
const audit = "20250102120000_create_audit"
const broken = "20250103120000_broken"

const project = Effect.map(Project.make, made => {
  made.write(`${users}.up.sql`, "-- bfm-tags: env=prod\nCREATE TABLE users (id int);")
  made.write(`${users}.down.sql`, "DROP TABLE users;")
  made.write(
    `${audit}.up.sql`,
    "-- bfm-depends-on: create_users\n-- bfm-requires: table users\nCREATE TABLE audit (id int);"
  )
  made.write(`${audit}.down.sql`, "DROP TABLE audit;")
  made.write(`${broken}.up.sql`, "SELECT 1/0;")
  return made
})

const id = `${users}_postgresql_core`
const only = (version: string) => ({ connection: "core", target: { version } })

/** One call of each operation at least, in an order in which they make sense. */
const calls: ReadonlyArray<readonly [operation: string, path: string, body?: unknown]> = [
  ["service.health", "/health"],
  ["service.apiHealth", "/api/v1/health"],
  ["service.ready", "/health/ready"],
  ["service.live", "/health/live"],
  ["runs.migrate", "/api/v1/migrate", { ...only("20250101120000"), dry_run: true }],
  ["runs.migrate", "/api/v1/migrate", only("20250101120000")],
  ["runs.migrate", "/api/v1/migrate", { connection: "nope", target: {} }],
  ["runs.migrate", "/api/v1/migrate", {}],
  ["runs.up", "/api/v1/migrations/up", only("20250102120000")],
  ["runs.up", "/api/v1/migrations/up", only("20250103120000")],
  ["runs.up", "/api/v1/migrations/up", { ...only("20250102120000"), dry_run: true }],
  ["runs.plan", "/api/v1/plan", { target: { version: "20250103120000" } }],
  ["runs.plan", "/api/v1/plan", { direction: "down", id: audit }],
  ["runs.plan", "/api/v1/plan", { direction: "down", id: users }],
  ["runs.plan", "/api/v1/plan", { concurrency: 1000 }],
  ["runs.rehearse", "/api/v1/rehearse", { target: { version: "20250103120000" } }],
  ["runs.rehearse", "/api/v1/rehearse", { target: { ids: ["nope"] } }],
  ["runs.start", "/api/v1/runs", { target: { version: "20250103120000" } }],
  ["runs.runs", "/api/v1/runs?limit=2"],
  ["runs.run", "/api/v1/runs/{run}"],
  ["runs.run", "/api/v1/runs/nope"],
  ["runs.result", "/api/v1/runs/{run}/result"],
  ["runs.result", "/api/v1/runs/nope/result"],
  ["runs.events", "/api/v1/runs/{run}/events"],
  ["runs.cancel", "/api/v1/runs/{run}/cancel"],
  ["runs.resume", "/api/v1/runs/{run}/resume"],
  ["migrations.list", "/api/v1/migrations"],
  ["migrations.list", "/api/v1/migrations?limit=1&tag=env%3Dprod"],
  ["migrations.list", "/api/v1/migrations?limit=many"],
  ["migrations.detail", `/api/v1/migrations/${id}`],
  ["migrations.detail", `/api/v1/migrations/${audit}`],
  ["migrations.detail", "/api/v1/migrations/nope"],
  ["migrations.neighbours", `/api/v1/migrations/${id}/dependencies`],
  ["migrations.neighbours", "/api/v1/migrations/nope/dependencies"],
  ["migrations.status", `/api/v1/migrations/${id}/status`],
  ["migrations.status", `/api/v1/migrations/${broken}/status`],
  ["migrations.applied", `/api/v1/migrations/${id}/applied`],
  ["migrations.history", `/api/v1/migrations/${id}/history?limit=1`],
  ["migrations.history", `/api/v1/migrations/${broken}/history`],
  ["migrations.executions", `/api/v1/migrations/${id}/executions`],
  ["migrations.skipped", `/api/v1/migrations/${id}/skipped`],
  ["migrations.recentExecutions", "/api/v1/migrations/executions/recent"],
  ["migrations.recentSkipped", "/api/v1/migrations/skipped/recent"],
  [
    "migrations.orderBatch",
    "/api/v1/migrations/order-batch",
    { migration_ids: [audit, users], connection: "core" }
  ],
  ["migrations.reindex", "/api/v1/migrations/reindex"],
  ["runs.down", "/api/v1/migrations/down", { migration_id: users }],
  ["runs.down", "/api/v1/migrations/down", { migration_id: audit }],
  ["runs.down", "/api/v1/migrations/down", { migration_id: "nope" }],
  ["runs.rollback", `/api/v1/migrations/${users}/rollback`],
  ["runs.rollback", `/api/v1/migrations/${users}/rollback`, { schemas: [] }],
  ["runs.rollback", `/api/v1/migrations/${broken}/rollback`],
  ["service.whoami", "/api/v1/whoami"],
  ["reports.tenants", "/api/v1/tenants?connection=core&limit=10"],
  ["service.connections", "/api/v1/connections"],
  ["reports.status", "/api/v1/status?connection=core&schema=tenant_a"],
  ["reports.validate", "/api/v1/validate?connection=core"],
  ["reports.sources", "/api/v1/sources"],
  ["service.workers", "/api/v1/workers"],
  ["service.history", "/api/v1/history"],
  ["service.metrics", "/metrics"],
  ["service.openapiJson", "/api/v1/openapi.json"],
  ["service.openapiYaml", "/api/v1/openapi.yaml"],
  ["service.docs", "/docs"]
]

describe("the OpenAPI document", () => {
  it.scopedLive("describes every route, and every answer is as it says", () =>
    Effect.gen(function* () {
      const { ask, get } = yield* Service.start(yield* project)
      const document: Document = (yield* get("/api/v1/openapi.json")).body
      assert.match(document.openapi, /^3\.1/)
      const operations = new Map(
        Object.values(document.paths).flatMap(path =>
          Object.entries(path).map(
            ([method, operation]) => [operation.operationId, { method, ...operation }] as const
          )
        )
      )
      let runId = ""
      const called = new Set<string>()
      for (const [name, template, body] of calls) {
        const operation = operations.get(name)
        assert.isDefined(operation, name)
        if (operation === undefined) continue
        const path = template.replace("{run}", runId)
        const told = `${name} ${path} ${JSON.stringify(body)}`
        const answer = yield* ask(operation.method.toUpperCase(), path, body === undefined ? {} : { body })
        const response = operation.responses[String(answer.status)]
        assert.isDefined(response, `${told}: ${answer.status} ${answer.text}`)
        const [media] = Object.entries(response?.content ?? {})
        const type = answer.headers.get("content-type") ?? ""
        assert.strictEqual(type, media?.[0], told)
        const value = type === "application/json" ? answer.body : answer.text
        const found = JsonSchema.problems(media?.[1].schema ?? {}, value, document.components.schemas)
        assert.deepStrictEqual(found, [], told)
        if (name === "runs.start") runId = answer.body.id
        called.add(name)
      }
      assert.deepStrictEqual(
        [...operations.keys()].filter(name => !called.has(name)),
        []
      )
    })
  )

  it.scopedLive(
    "has an example of everything that is sent and answered, and each is as its schema says",
    () =>
      Effect.gen(function* () {
        const { get } = yield* Service.start(yield* project)
        const document: Document = (yield* get("/api/v1/openapi.json")).body
        const text = JSON.stringify(document)
        assert.notInclude(text, "HttpApiDecodeError")
        for (const [, reference] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
          assert.property(document.components.schemas, reference ?? "")
        }
        for (const path of Object.values(document.paths)) {
          for (const [method, operation] of Object.entries(path)) {
            const where = operation.operationId
            assert.strictEqual(
              operation.requestBody !== undefined,
              method === "post" && hasBody(where),
              where
            )
            const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap(part =>
              Object.values(part?.content ?? {})
            )
            for (const { schema, example } of contents) {
              assert.isDefined(example, where)
              assert.deepStrictEqual(
                JsonSchema.problems(schema, example, document.components.schemas),
                [],
                where
              )
            }
            for (const parameter of operation.parameters.filter(found => found.in === "path")) {
              assert.isDefined(parameter.example, where)
            }
          }
        }
        const yaml = yield* get("/api/v1/openapi.yaml")
        assert.deepStrictEqual(parse(yaml.text), document)
      })
  )

  it.scopedLive("has no route that is open to everybody, or to more scopes, by an oversight", () =>
    Effect.gen(function* () {
      const { ask, get } = yield* Service.start(yield* Project.make)
      const document: Document = (yield* get("/api/v1/openapi.json")).body
      const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { operationId, security }]) => ({
          operationId,
          secured: security.length > 0,
          method: method.toUpperCase(),
          path: path.replaceAll(/\{\w+\}/g, "nope")
        }))
      )
      /** The operations that refuse a token, or whoever has none, without looking at what is asked. */
      const refused = (token: string | null, status: number) =>
        Effect.filter(routes, ({ method, path }) =>
          Effect.map(ask(method, path, { token }), answer => answer.status === status)
        ).pipe(Effect.map(found => found.map(({ operationId }) => operationId).sort()))
      const open = ["service.apiHealth", "service.docs", "service.health", "service.live", "service.ready"]
      const all = routes.map(({ operationId }) => operationId).sort()
      assert.deepStrictEqual(
        yield* refused(null, 401),
        all.filter(name => !open.includes(name))
      )
      assert.deepStrictEqual(
        routes
          .filter(({ secured }) => !secured)
          .map(({ operationId }) => operationId)
          .sort(),
        open
      )
      const taking = ["runs.down", "runs.rollback"]
      // Without a direction a run applies.
      const changing = ["migrations.reindex", "runs.migrate", "runs.rehearse", "runs.start", "runs.up"]
      assert.deepStrictEqual(yield* refused("t-read", 403), [...changing, ...taking].sort())
      assert.deepStrictEqual(yield* refused("t-migrate", 403), taking)
      assert.deepStrictEqual(yield* refused("t-rollback", 403), changing)
    })
  )

  it.scopedLive("is shown on a page that needs no other server", () =>
    Effect.gen(function* () {
      const { get } = yield* Service.start(yield* project)
      const page = yield* get("/docs", { token: null })
      assert.strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8")
      assert.include(page.text, "SwaggerUIBundle")
      assert.notMatch(page.text.slice(0, 2_000), /<(script|link)[^>]+(src|href)=/)
      assert.include(page.headers.get("content-security-policy") ?? "", "script-src 'sha256-")
      assert.notInclude(page.text, "create_users")
    })
  )
})

const hasBody = (operationId: string): boolean =>
  !["migrations.reindex", "runs.cancel", "runs.resume"].includes(operationId)
