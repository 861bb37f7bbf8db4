import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"

/** Three tables; the second one waits at a gate. */
const gated = Effect.gen(function* () {
  const project = yield* Project.make
  const gate = yield* Scenario.gate(project)
  project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
  project.write("20250101000002_b.up.sql", `CREATE TABLE b (id int);\n${gate.statement};`)
  project.write("20250101000003_c.up.sql", "CREATE TABLE c (id int);")
  return { project, gate }
})

const [a, b] = [Scenario.id(1, "a"), Scenario.id(2, "b")]

const tables = (project: Project.Project) =>
  Effect.map(
    project.query("SELECT tablename FROM pg_tables WHERE tablename IN ('a', 'b', 'c') ORDER BY 1"),
    rows => rows.map(({ tablename }) => tablename)
  )

const runs = (project: Project.Project) =>
  project.queryState("SELECT id, state, succeeded, failed FROM bfm_runs ORDER BY started_at")

/** Nobody of bfm is left in a database, and nothing is locked in it. */
const left = `SELECT pid, query FROM pg_stat_activity
 WHERE datname = current_database() AND application_name LIKE 'bfm%'`

const locked = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

const nobody = (project: Project.Project) =>
  Effect.gen(function* () {
    for (const query of [project.query, project.queryState]) {
      assert.deepStrictEqual([yield* query(left), yield* query(locked)], [[], []])
    }
  })

describe("SIGTERM while a run is in its second of three steps", { concurrent: true }, () => {
  it.scopedLive("begins nothing new, lets the step end, ends every stream, and exits with 0", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const served = yield* Served.start(project)
      const id = yield* Served.begun(served)
      yield* gate.reached
      const waiting = yield* Effect.fork(served.post("/api/v1/migrate", { target: {}, connection: "core" }))
      const heard = yield* Effect.fork(served.get(`/api/v1/runs/${id}/events`))
      assert.strictEqual((yield* served.get("/health/ready")).status, 200)
      yield* served.tell("SIGTERM")
      yield* served.says(/stopping/)
      // Asked on a connection of its own, as a load balancer does.
      const unready = yield* served.get("/health/ready")
      assert.deepStrictEqual(
        [unready.status, unready.body.status, unready.body.checks.executor],
        [503, "unhealthy", "ending"]
      )
      assert.strictEqual((yield* served.get("/health/live")).status, 200)
      const refused = yield* served.post("/api/v1/runs", { target: {} })
      assert.deepStrictEqual([refused.status, refused.body.code], [503, "ShuttingDown"])
      const synchronous = yield* served.post("/api/v1/migrate", { target: {}, connection: "core" })
      assert.strictEqual(synchronous.status, 503)
      yield* gate.open
      assert.deepStrictEqual(yield* served.ended, { code: 0, signal: null })
      const events = (yield* Fiber.join(heard)).text
      assert.match(events, /event: StepSucceeded\ndata: .*000002_b/)
      assert.match(events, /event: RunFinished\ndata: .*"state":"cancelled"/)
      yield* Fiber.await(waiting)
      assert.deepStrictEqual(yield* tables(project), ["a", "b"])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b])
      const [first] = yield* runs(project)
      assert.deepStrictEqual(first, { id, state: "cancelled", succeeded: 2, failed: 0 })
      yield* nobody(project)
    })
  )

  it.scopedLive("a step that needs longer than the grace is cancelled in the server, and recorded so", () =>
    Effect.gen(function* () {
      const { project } = yield* gated
      const served = yield* Served.start(project, { BFM_SHUTDOWN_GRACE: "500ms" })
      const id = yield* Served.begun(served)
      yield* Scenario.waiting(project, "public\\.gate FOR UPDATE")
      assert.deepStrictEqual(yield* served.stop, { code: 0, signal: null })
      // The gate was never opened: what stood before it is gone.
      assert.deepStrictEqual(yield* tables(project), ["a"])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a])
      assert.deepStrictEqual(yield* runs(project), [{ id, state: "failed", succeeded: 1, failed: 1 }])
      const [failure] = yield* project.queryState(
        "SELECT migration_id, status FROM bfm_executions WHERE status <> 'applied'"
      )
      assert.deepStrictEqual(failure, { migration_id: b, status: "failed" })
      yield* nobody(project)
    })
  )
})

describe("kill -9 during a run", { concurrent: true }, () => {
  it.scopedLive("a new process goes on: each change once, no lock left, nothing said that is not so", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      project.write("20250101000004_once.up.sql", "CREATE TABLE once (id int); INSERT INTO once VALUES (1);")
      const first = yield* Served.start(project)
      const id = yield* Served.begun(first)
      yield* gate.reached
      // The state hears of it a moment later.
      yield* Scenario.until(
        project.queryState("SELECT 1 FROM bfm_runs WHERE succeeded = 1"),
        "the state knows of the first step"
      )
      yield* first.kill
      yield* gate.open
      const second = yield* Served.start(project, { BFM_LOCK_TIMEOUT: "1s" })
      const answer = yield* second.post("/api/v1/migrate", { target: {}, connection: "core" })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepStrictEqual(yield* tables(project), ["a", "b", "c"])
      assert.strictEqual(yield* Scenario.count(project, "SELECT count(*) FROM once"), 1)
      assert.lengthOf(yield* Scenario.agreed(project), 4)
      const [lost] = yield* Scenario.until(
        Effect.map(second.get(`/api/v1/runs/${id}`), ({ body }) => (body.state === "running" ? [] : [body])),
        "the run of the dead process is over"
      )
      assert.deepInclude(lost, { state: "interrupted", succeeded: 1, failed: 0 })
      yield* second.stop
      yield* nobody(project)
    })
  )
})

describe("a second SIGTERM", { concurrent: true }, () => {
  it.scopedLive("does not end the process in the middle of a step", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const served = yield* Served.start(project)
      yield* Served.begun(served)
      yield* gate.reached
      yield* served.tell("SIGTERM")
      yield* served.says(/stopping/)
      yield* served.tell("SIGTERM")
      assert.strictEqual((yield* served.get("/health/live")).status, 200)
      yield* gate.open
      assert.deepStrictEqual(yield* served.ended, { code: 0, signal: null })
      // The third step may have been sent together with the second.
      assert.includeMembers(yield* Scenario.agreed(project), [a, b])
      yield* nobody(project)
    })
  )
})
