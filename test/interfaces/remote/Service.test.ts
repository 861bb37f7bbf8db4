import * as http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Order } from "../../../src/domain/Request.ts"
import * as Remote from "../../../src/interfaces/remote/Service.ts"
import * as Result from "../../../src/pipeline/execute/Result.ts"
import { Pipeline } from "../../../src/pipeline/Pipeline.ts"
import * as Interceptor from "../../fixtures/Interceptor.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "../http/Service.ts"

const secret = "t-admin"

const at = <A, E>(url: string, use: (pipeline: Pipeline["Type"]) => Effect.Effect<A, E>, token = secret) =>
  Effect.provide(
    Effect.flatMap(Pipeline, use),
    Remote.layer({ url, token: Redacted.make(token), patience: 500 })
  )

const everything: Order = {
  _tag: "Up",
  request: {
    target: { connections: [], tables: [], tags: [] },
    schemas: [],
    variables: {},
    ignore_dependencies: false,
    out_of_order: "allow",
    strict_schema: false
  },
  options: { concurrency: 1, on_failure: "stop" }
}

const carryOut = (url: string) =>
  at(url, pipeline => Stream.runFold(pipeline.run(everything), Result.initial, Result.step))

const gated = Effect.gen(function* () {
  const project = yield* Project.make
  const gate = yield* Scenario.gate(project)
  project.write("20250101000001_a.up.sql", `CREATE TABLE a (id int);\n${gate.statement};`)
  return { project, gate }
})

/** Something that listens and answers everybody the same. */
const answering = (status: number, text: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<http.Server>(resume => {
        const server = http.createServer((_, response) => response.writeHead(status).end(text))
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      server => Effect.async<void>(resume => void server.close(() => resume(Effect.void)))
    ),
    server => {
      const address = server.address()
      return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
    }
  )

const asked = (url: string, token?: string) =>
  Scenario.failing(at(url, pipeline => pipeline.status({ connections: [], schemas: [] }), token))

describe("a service that is asked from afar", () => {
  it.scopedLive("and gives no sign any more: the run is named, and goes on", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const { port, get } = yield* Service.start(project)
      const between = yield* Interceptor.make(port)
      const running = yield* Effect.fork(Scenario.failing(carryOut(`http://${between.endpoint}`)))
      yield* gate.reached
      yield* between.cutOff
      const error = yield* Fiber.join(running)
      const [run] = (yield* get("/api/v1/runs")).body.items
      assert.deepInclude(error, { _tag: "ServiceFailed", run_id: run.id })
      assert.include(
        error.message,
        `run ${run.id} goes on there, and GET http://${between.endpoint}/api/v1/runs/`
      )
      assert.strictEqual(run.state, "running")
      yield* gate.open
      yield* Scenario.until(
        Effect.map(get(`/api/v1/runs/${run.id}`), ({ body }) => (body.state === "succeeded" ? [body] : [])),
        "the end of the run"
      )
    })
  )

  it.scopedLive("and is another process of it than before: the run is told to its end, step by step", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const first = yield* Service.start(project)
      const second = yield* Service.start(project)
      let port = first.port
      // What comes later gets to the other one.
      const between = yield* Interceptor.makeTo(() => port)
      const running = yield* Effect.fork(carryOut(`http://${between.endpoint}`))
      yield* gate.reached
      port = second.port
      yield* between.cut
      yield* Effect.forkScoped(Effect.delay(gate.open, "1 second"))
      const result = yield* Fiber.join(running)
      assert.deepInclude(result, { success: true, state: "succeeded" })
      assert.strictEqual(result.applied.length, result.plan?.steps.length)
      assert.deepStrictEqual(result.warnings, [])
    })
  )

  it.scopedLive("tells its errors as they would be told here", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const { url } = yield* Service.start(project)
      assert.deepInclude(yield* asked(url, "t-wrong"), {
        _tag: "Unauthenticated",
        message: "invalid API token"
      })
      assert.deepInclude(yield* asked(url, "t-blocked"), { _tag: "TooManyAttempts", retry_after: 7 })
    })
  )

  it.scopedLive(
    "with errors of a later version, and what is no bfm at all, are told with their own words",
    () =>
      Effect.gen(function* () {
        const later = yield* answering(409, JSON.stringify({ error: "the moon is full", code: "MoonFull" }))
        const other = yield* answering(502, "<html>Bad gateway</html>")
        const nonsense = yield* answering(200, "{}")
        for (const [url, pattern] of [
          [later, /^service \S+: the moon is full \(MoonFull\)$/],
          [other, /HTTP 502: <html>Bad gateway/],
          [nonsense, /its answer is not understood/],
          ["http://127.0.0.1:9", /cannot be reached/]
        ] as const) {
          const error = yield* asked(url)
          assert.strictEqual(error._tag, "ServiceFailed")
          assert.match(error.message, pattern)
          assert.notInclude(JSON.stringify(error), secret)
        }
      })
  )
})
