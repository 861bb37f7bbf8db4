import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "./Service.ts"

describe("a service that is busy", () => {
  it.scopedLive("answers whoever asks how it is, with ten runs and a pool of two", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* Scenario.gate(project)
      project.write("20250101120000_slow.up.sql", `-- bfm-schema: dynamic\n${gate.statement};`)
      const { get, post } = yield* Service.start(project, {
        concurrent: 10,
        environment: { BFM_DB_MAX_OPEN_CONNS: "2" }
      })
      const before = yield* get("/api/v1/migrations")
      assert.strictEqual(before.body.total, 1)
      const schemas = Array.from({ length: 10 }, (_, index) => `t${index}`)
      const running = yield* Effect.fork(
        Effect.forEach(
          schemas,
          schema =>
            post("/api/v1/migrations/up", {
              connection: "core",
              target: { version: "20250101120000" },
              schemas: [schema]
            }),
          { concurrency: "unbounded" }
        )
      )
      yield* Scenario.until(
        project.query(
          "SELECT 1 FROM pg_stat_activity WHERE query ~ 'public\\.gate FOR UPDATE' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid() HAVING count(*) = 2"
        ),
        "both connections are taken"
      )
      // Old enough that it has to be found out again.
      yield* Effect.sleep("1100 millis")
      for (const path of ["/health", "/health/live", "/api/v1/migrations", "/api/v1/runs"]) {
        // The gate is shut: what waits for a connection waits for ever.
        const answer = yield* Effect.timeout(get(path), "20 seconds")
        assert.strictEqual(answer.status, 200, `${path} ${answer.text}`)
      }
      // So long that the store was asked, and did not answer in time.
      yield* Effect.sleep("4 seconds")
      const health = yield* get("/health")
      assert.deepStrictEqual([health.status, health.body.status], [200, "healthy"])
      yield* gate.open
      const answers = yield* Fiber.join(running)
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        schemas.map(() => 200)
      )
      assert.strictEqual((yield* get("/api/v1/migrations?status=applied")).body.total, 10)
    })
  )
})
