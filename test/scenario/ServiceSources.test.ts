import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Project from "../fixtures/Project.ts"
import type { Ask } from "../fixtures/Request.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"

const seed = Effect.map(Project.make, project => {
  project.write("20250101000001_one.up.sql", "CREATE TABLE one (id int);")
  project.write("20250101000001_one.down.sql", "DROP TABLE one;")
  return project
})

const migrate = ({ post }: Ask) => post("/api/v1/migrate", { target: {}, connection: "core" })

/** The status of each migration, by its id. */
const listed = ({ get }: Ask): Effect.Effect<Readonly<Record<string, string>>> =>
  Effect.map(get("/api/v1/migrations"), ({ body }) =>
    Object.fromEntries(
      body.items.map((item: Readonly<Record<string, string>>) => [item["migration_id"], item["status"]])
    )
  )

/** Until something holds of the list, which is about a second old. */
const lists = (served: Ask, holds: (list: Readonly<Record<string, string>>) => boolean, what: string) =>
  Effect.flatMap(
    Scenario.until(
      Effect.map(listed(served), list => (holds(list) ? [list] : [])),
      what
    ),
    ([list]) => Effect.succeed(list ?? {})
  )

const [one, two] = [Scenario.id(1, "one"), Scenario.id(2, "two")]

describe("a live SFM directory", { concurrent: true }, () => {
  it.scopedLive("a new and an edited file are seen, without anything being asked for", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const served = yield* Served.start(project)
      assert.deepStrictEqual(yield* listed(served), { [one]: "pending" })
      assert.strictEqual((yield* migrate(served)).body.applied.length, 1)
      project.write("20250101000002_two.up.sql", "CREATE TABLE two (id int);")
      yield* lists(served, list => list[two] === "pending", "the new file is listed")
      project.write("20250101000002_two.up.sql", "CREATE TABLE two (id int, name text);")
      assert.strictEqual((yield* migrate(served)).body.applied.length, 1)
      const columns = yield* project.query(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'two' ORDER BY 1"
      )
      assert.deepStrictEqual(columns, [{ column_name: "id" }, { column_name: "name" }])
      project.write("20250101000002_two.up.sql", "CREATE TABLE two (id bigint);")
      yield* lists(served, list => list[two] === "changed", "the edited file is told")
      const refused = yield* migrate(served)
      assert.deepStrictEqual([refused.status, refused.body.code], [422, "MigrationChanged"])
      project.remove("20250101000002_two.up.sql")
      yield* lists(served, list => list[two] === "missing", "what is applied stays in the list")
      const reindexed = yield* served.post("/api/v1/migrations/reindex", {})
      assert.strictEqual(reindexed.status, 200)
      assert.strictEqual((yield* listed(served))[two], "missing")
    })
  )

  it.scopedLive("a bad file is told by health and refuses runs, until it is mended", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const served = yield* Served.start(project)
      project.write("20250101000002_two.up.sql", "-- bfm-transaction: sometimes\nSELECT 1;")
      const refused = yield* migrate(served)
      assert.deepStrictEqual([refused.status, refused.body.code], [422, "SourceInvalid"])
      assert.match(refused.body.error, /20250101000002_two\.up\.sql:1\b/)
      const [health] = yield* Scenario.until(
        Effect.map(served.get("/health", { token: null }), ({ status, body }) =>
          status === 503 ? [body] : []
        ),
        "health tells of the file"
      )
      assert.deepStrictEqual(health?.["checks"], {
        executor: "impaired",
        state: "ok",
        sources: "SourceInvalid",
        "connection core": "ok"
      })
      assert.lengthOf(yield* project.query("SELECT 1 FROM pg_tables WHERE tablename = 'one'"), 0)
      project.write("20250101000002_two.up.sql", "CREATE TABLE two (id int);")
      assert.strictEqual((yield* migrate(served)).body.applied.length, 2)
      yield* Scenario.until(
        Effect.map(served.get("/health"), ({ status }) => (status === 200 ? [{}] : [])),
        "health is well again"
      )
    })
  )
})

describe("two servers with one state", { concurrent: true }, () => {
  it.scopedLive("and different SFM directories do each other no harm", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("/other/postgresql/core/20250101000002_two.up.sql", "CREATE TABLE two (id int);")
      const first = yield* Served.start(project)
      const second = yield* Served.start(project, { BFM_SFM_PATH: `${project.directory}/other` })
      assert.strictEqual((yield* migrate(first)).status, 200)
      assert.strictEqual((yield* migrate(second)).status, 200)
      for (const served of [first, second]) {
        assert.strictEqual((yield* served.post("/api/v1/migrations/reindex", {})).status, 200)
      }
      // What the other one has applied is applied; its file is not here.
      assert.deepStrictEqual(yield* listed(first), { [one]: "applied", [two]: "missing" })
      assert.deepStrictEqual(yield* listed(second), { [one]: "missing", [two]: "applied" })
      assert.deepStrictEqual(yield* Scenario.agreed(project), [one, two])
      const events = yield* project.queryState("SELECT event, count(*)::int AS n FROM bfm_history GROUP BY 1")
      assert.deepStrictEqual(events, [{ event: "applied", n: 2 }])
      // A run of one is known to the other.
      const [run] = (yield* first.get("/api/v1/runs")).body.items
      assert.strictEqual((yield* second.get(`/api/v1/runs/${run.id}`)).body.state, "succeeded")
      const failed = yield* first.get("/api/v1/migrations?status=failed")
      assert.deepStrictEqual(failed.body.items, [])
    })
  )
})

describe("a pool of two", { concurrent: true }, () => {
  it.scopedLive("does not keep health, lists and metrics waiting while ten runs want it", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const gate = yield* Scenario.gate(project)
      project.write(
        "20250101000002_tenant.up.sql",
        `-- bfm-schema: dynamic\n${gate.statement};\nCREATE TABLE t (id int);`
      )
      const served = yield* Served.start(project, { BFM_DB_MAX_OPEN_CONNS: "2", BFM_MAX_RUNS: "10" })
      const ids = yield* Effect.forEach(
        Array.from({ length: 10 }, (_, n) => ({
          target: {},
          schemas: [`tenant_${n}`],
          ignore_dependencies: true
        })),
        request => Served.begun(served, request)
      )
      yield* gate.reached
      // Longer than what was seen before may still be shown.
      for (let n = 0; n < 12; n++) {
        const health = yield* Effect.timed(served.get("/health", { token: null }))
        assert.strictEqual(health[1].status, 200, health[1].text)
        assert.isBelow(Duration.toMillis(health[0]), 5_000)
        yield* Effect.sleep(500)
      }
      const metrics = yield* served.get("/metrics")
      assert.match(metrics.text, /^bfm_runs_active(\{[^}]*\})? 10$/m)
      yield* gate.open
      for (const id of ids) {
        yield* Scenario.until(
          Effect.map(served.get(`/api/v1/runs/${id}`), ({ body }) =>
            body.state === "succeeded" ? [body] : []
          ),
          "the run succeeds"
        )
      }
      assert.lengthOf(yield* Scenario.agreed(project), 20)
    })
  )

  it.scopedLive("reading the sources anew while a run is under way takes nothing from the state", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      for (const n of [1, 2, 3, 4])
        project.write(
          `${Scenario.named(n, "it")}.up.sql`,
          `-- bfm-schema: dynamic\nCREATE TABLE t${n} (id int);`
        )
      const names = Array.from({ length: 400 }, (_, n) => `tenant_${n}`).join(",")
      const served = yield* Served.start(project, { CORE_TENANTS: names })
      const id = yield* Served.begun(served, { target: {}, schemas: ["all"] })
      yield* Effect.repeat(
        Effect.zipRight(served.post("/api/v1/migrations/reindex", {}), served.get(`/api/v1/runs/${id}`)),
        { until: ({ body }) => body.finished_at !== undefined }
      )
      const told = "SELECT event, count(*)::int AS times FROM bfm_history GROUP BY 1"
      assert.deepStrictEqual(yield* project.queryState(told), [{ event: "applied", times: 1600 }])
      assert.lengthOf(yield* Scenario.agreed(project), 1600)
    })
  )
})
