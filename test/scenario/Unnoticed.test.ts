import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"

const etcd = EtcdProject.shared()

/** The same address with something in between. */
const behind = (url: string) =>
  Effect.gen(function* () {
    const address = new URL(url)
    const front = yield* Interceptor.make(Number(address.port))
    address.host = front.endpoint
    return { front, url: address.href }
  })

/** A service whose three stores and whose state are reached through something that can spoil connections. */
const setUp = (base: typeof Project.make, more: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const between = yield* Interceptor.make(etcd().port)
    const project = yield* EtcdProject.makeWith(base, etcd(), between.endpoint)
    const logs = yield* Greptimedb.makeWith(Effect.succeed(project))
    const [state, core, events] = yield* Effect.all([
      behind(project.state.url),
      behind(project.target.url),
      behind(logs.url)
    ])
    const write = (n: number) => {
      project.write(`${Scenario.named(n, "table")}.up.sql`, `CREATE TABLE t${n} (id int);`)
      logs.write(n, "events", `CREATE TABLE e${n} (ts TIMESTAMP TIME INDEX);`)
      project.migration(n, "keys", [EtcdProject.put(`k${n}`)])
    }
    const environment = {
      ...more,
      ...logs.environment,
      LOGS_DB_URL: events.url,
      BFM_STATE_DB_URL: state.url,
      CORE_DB_URL: core.url
    }
    const served = yield* Served.start(project, environment)
    const fronts = [between, state.front, core.front, events.front]
    return { project, environment, write, served, spoil: Effect.forEach(fronts, ({ spoil }) => spoil) }
  })

const states = {
  PostgreSQL: Project.make,
  MySQL: Project.makeOnMysql
}

describe("connections that died unnoticed while nobody used them", { concurrent: true }, () => {
  for (const [name, base] of Object.entries(states)) {
    it.scopedLive(`are replaced, and no request fails of them: the state in ${name}`, () =>
      Effect.gen(function* () {
        const { write, served, spoil } = yield* setUp(base)
        for (const n of [1, 2, 3]) {
          write(n)
          for (const connection of ["core", "logs", "metadata"]) {
            yield* spoil
            const answer = yield* served.post("/api/v1/migrate", { target: {}, connection })
            assert.strictEqual(answer.status, 200, JSON.stringify(answer.body))
            assert.lengthOf(answer.body.applied, 1)
          }
          yield* spoil
          const runs = yield* served.get("/api/v1/runs")
          assert.strictEqual(runs.status, 200, JSON.stringify(runs.body))
          assert.lengthOf(runs.body.items, 3 * n)
        }
      })
    )
  }

  it.scopedLive("are no matter for runs that wait for a worker, and for those that it carries out", () =>
    Effect.gen(function* () {
      const { project, environment, write, served, spoil } = yield* setUp(Project.make, {
        BFM_QUEUE_ENABLED: "true"
      })
      yield* Served.worker(project, environment)
      write(1)
      for (const connection of ["core", "logs", "metadata"]) {
        yield* spoil
        const queued = yield* served.post("/api/v1/migrate", { target: {}, connection })
        assert.strictEqual(queued.status, 202, JSON.stringify(queued.body))
        yield* spoil
        const [ended] = yield* Scenario.until(
          Effect.map(served.get(`/api/v1/runs/${queued.body.job_id}`), ({ status, body }) =>
            status === 200 && !["queued", "running"].includes(body.state) ? [body] : []
          ),
          "the end of the run"
        )
        assert.deepInclude(ended, { state: "succeeded", succeeded: 1 })
      }
    })
  )
})
