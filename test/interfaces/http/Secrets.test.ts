import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Project from "../../fixtures/Project.ts"
import * as Service from "./Service.ts"

const password = "S3cret-in-the-url"
const token = "t-nobody-knows-this-one"

describe("secrets", () => {
  it.scopedLive("are in no answer and in no line of the log", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101120000_create_users.up.sql", "CREATE TABLE users (id int);")
      const lines: Array<string> = []
      const log = Logger.replace(
        Logger.defaultLogger,
        Logger.map(Logger.logfmtLogger, line => void lines.push(line))
      )
      const { get, post } = yield* Service.start(project, {
        log,
        environment: { LOGS_BACKEND: "postgresql", LOGS_DB_URL: `postgres://u:${password}@127.0.0.1:1/x` }
      })
      const answers = [
        ...(yield* Effect.forEach(
          [
            "/health",
            "/health/ready",
            "/metrics",
            "/docs",
            "/api/v1/openapi.json",
            "/api/v1/connections",
            "/api/v1/history",
            "/api/v1/runs",
            "/api/v1/migrations",
            "/api/v1/migrations/create_users",
            `/api/v1/nothing?token=${token}`
          ],
          path => get(path)
        )),
        yield* get("/api/v1/migrations", { token }),
        yield* get("/api/v1/migrations", { token: null, headers: { authorization: token } }),
        yield* post("/api/v1/migrate", { connection: "logs", target: {} }),
        yield* post("/api/v1/migrate", { connection: "core", target: {} })
      ]
      assert.strictEqual(answers.at(-2)?.status, 503)
      for (const { headers, text } of answers) {
        const all = `${JSON.stringify([...headers])}${text}`
        assert.notInclude(all, password)
        assert.notInclude(all, token)
      }
      const told = lines.join("\n")
      assert.include(told, "/api/v1/nothing")
      assert.include(told, "request_id=")
      assert.notInclude(told, "/health")
      assert.notInclude(told, password)
      assert.notInclude(told, token)
    })
  )
})
