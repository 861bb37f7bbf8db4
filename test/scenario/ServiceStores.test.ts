import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Interceptor from "../fixtures/Interceptor.ts"
import * as Project from "../fixtures/Project.ts"
import type { Ask } from "../fixtures/Request.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"

const one = "20250101000001_one"

const seed = Effect.map(Project.make, project => {
  project.write(`${one}.up.sql`, "CREATE TABLE one (id int);")
  return project
})

/** The same database behind something that can be cut off, and is. */
const behind = (url: string) =>
  Effect.gen(function* () {
    const address = new URL(url)
    const front = yield* Interceptor.make(Number(address.port))
    yield* front.cutOff
    address.host = front.endpoint
    return { ...front, url: address.href }
  })

const migrate = ({ post }: Ask) => post("/api/v1/migrate", { target: {}, connection: "core" })

/** Until the answer has this status: what was seen before may be shown for a moment. */
const answers = (ask: Ask, path: string, status: number) =>
  Scenario.until(
    Effect.map(ask.get(path), answer => (answer.status === status ? [answer.body] : [])),
    `${path} says ${status}`
  )

describe("a store that is not there when the service starts", { concurrent: true }, () => {
  it.scopedLive("a target: it serves and says so, and works by itself when it is there", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const front = yield* behind(project.target.url)
      const served = yield* Served.start(project, { CORE_DB_URL: front.url })
      const ready = yield* served.get("/health/ready", { token: null })
      assert.strictEqual(ready.status, 503)
      assert.deepStrictEqual(ready.body.checks, {
        executor: "impaired",
        state: "ok",
        sources: "ok",
        "connection core": "ConnectionUnreachable"
      })
      assert.strictEqual((yield* served.get("/health/live", { token: null })).status, 200)
      const refused = yield* migrate(served)
      assert.deepStrictEqual([refused.status, refused.body.code], [503, "ConnectionUnreachable"])
      assert.match(refused.body.error, /^connection core \(127\.0\.0\.1:\d+\/t_\w+\): \S/)
      assert.isUndefined(served.log().find(({ level }) => level === "error"))
      yield* front.letIn
      yield* answers(served, "/health/ready", 200)
      assert.deepStrictEqual((yield* migrate(served)).body.applied.length, 1)
      yield* front.cutOff
      yield* answers(served, "/health/ready", 503)
      yield* front.letIn
      yield* answers(served, "/health/ready", 200)
      assert.strictEqual((yield* served.stop).code, 0)
    })
  )

  it.scopedLive("one of several targets: the service stays reachable for the others", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const other = yield* Project.make
      const front = yield* behind(other.target.url)
      const served = yield* Served.start(project, { SECOND_BACKEND: "postgresql", SECOND_DB_URL: front.url })
      const ready = yield* served.get("/health/ready", { token: null })
      assert.strictEqual(ready.status, 200)
      assert.deepInclude(ready.body.checks, {
        "connection core": "ok",
        "connection second": "ConnectionUnreachable"
      })
      assert.strictEqual((yield* served.get("/health", { token: null })).body.status, "unhealthy")
      assert.strictEqual((yield* migrate(served)).status, 200)
      const second = yield* served.post("/api/v1/migrate", { target: {}, connection: "second" })
      assert.deepStrictEqual([second.status, second.body.code], [503, "ConnectionUnreachable"])
    })
  )

  it.scopedLive("the state: nothing runs without it, and everything when it is there", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const front = yield* behind(project.state.url)
      const served = yield* Served.start(project, { BFM_STATE_DB_URL: front.url })
      const ready = yield* served.get("/health/ready", { token: null })
      assert.deepInclude(ready.body.checks, { state: "StateUnavailable", "connection core": "ok" })
      const refused = yield* migrate(served)
      assert.deepStrictEqual([refused.status, refused.body.code], [503, "StateUnavailable"])
      assert.lengthOf(yield* project.query("SELECT 1 FROM pg_tables WHERE tablename = 'one'"), 0)
      assert.strictEqual((yield* served.get("/api/v1/runs")).status, 503)
      yield* front.letIn
      yield* answers(served, "/health/ready", 200)
      assert.strictEqual((yield* migrate(served)).status, 200)
      assert.lengthOf(yield* Scenario.agreed(project), 1)
    })
  )
})

describe("databases that are restarted under the service", { concurrent: true }, () => {
  it.scopedLive("between two requests nobody notices; in a run the outcome is what the database says", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const gate = yield* Scenario.gate(project)
      const served = yield* Served.start(project)
      assert.strictEqual((yield* migrate(served)).status, 200)
      yield* project.query(Project.terminate)
      yield* project.state.cut
      assert.strictEqual((yield* migrate(served)).status, 200)
      assert.strictEqual((yield* served.get("/api/v1/runs")).status, 200)
      project.write("20250101000002_two.up.sql", `CREATE TABLE two (id int);\n${gate.statement};`)
      const id = yield* Served.begun(served)
      yield* gate.reached
      yield* project.query(Project.terminate)
      yield* project.state.cut
      const [ended] = yield* Scenario.until(
        // Whoever asks at that very moment is told that the state is away.
        Effect.map(served.get(`/api/v1/runs/${id}`), ({ status, body }) =>
          status === 200 && body.state !== "running" ? [body] : []
        ),
        "the end of the run"
      )
      assert.deepInclude(ended, { state: "failed", succeeded: 0, failed: 1 })
      assert.lengthOf(yield* project.query("SELECT 1 FROM pg_tables WHERE tablename = 'two'"), 0)
      yield* gate.open
      assert.strictEqual((yield* migrate(served)).status, 200)
      assert.lengthOf(yield* Scenario.agreed(project), 2)
    })
  )
})

describe("auto-migrate", { concurrent: true }, () => {
  it.scopedLive("applies what is pending at start, on the connections that are named", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("20250101000002_tenant.up.sql", "-- bfm-schema: dynamic\nCREATE TABLE t (id int);")
      const other = yield* Project.make
      project.write("/sfm/postgresql/second/20250101000003_three.up.sql", "CREATE TABLE three (id int);")
      const served = yield* Served.start(project, {
        SECOND_BACKEND: "postgresql",
        SECOND_DB_URL: other.target.url,
        BFM_AUTO_MIGRATE: "on",
        BFM_AUTO_MIGRATE_CONNECTIONS: "CORE, unheard"
      })
      yield* served.says(/auto-migrate: connection unheard is not configured/)
      yield* served.says(/auto-migrate: core: 1 applied, 1 waits? for a schema/)
      const [run] = yield* project.queryState("SELECT actor, method FROM bfm_runs")
      assert.deepStrictEqual(run, { actor: "auto_migrate", method: "auto_migrate" })
      assert.lengthOf(yield* other.query("SELECT 1 FROM pg_tables WHERE tablename = 'three'"), 0)
    })
  )

  it.scopedLive("tries again until the database is there, and gives up after its rounds", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const front = yield* behind(project.target.url)
      const served = yield* Served.start(project, {
        CORE_DB_URL: front.url,
        BFM_AUTO_MIGRATE: "true",
        BFM_AUTO_MIGRATE_RETRY_INTERVAL: "100ms",
        BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS: "1000"
      })
      yield* served.says(/auto-migrate: connection core/)
      yield* front.letIn
      yield* served.says(/auto-migrate: core: 1 applied/)
      assert.lengthOf(yield* Scenario.agreed(project), 1)
      yield* front.cutOff
      const late = yield* Served.start(project, {
        CORE_DB_URL: front.url,
        BFM_AUTO_MIGRATE: "true",
        BFM_AUTO_MIGRATE_RETRY_INTERVAL: "50ms",
        BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS: "2"
      })
      yield* late.says(/auto-migrate: gave up on core after 2 rounds/)
      assert.strictEqual((yield* late.get("/health/live")).status, 200)
    })
  )
})
