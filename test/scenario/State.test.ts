import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import pg from "pg"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** On the server's own database: the project's cannot be dropped from within. */
const maintain = (project: Project.Project, ...statements: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const client = new pg.Client({ connectionString: project.state.url.replace(/[^/]+$/, "postgres") })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  })

const recreated = (project: Project.Project, from = "template1") =>
  maintain(
    project,
    `DROP DATABASE ${project.state.name} WITH (FORCE)`,
    `CREATE DATABASE ${project.state.name} TEMPLATE ${from}`
  )

const two = (project: Project.Project) => {
  project.write(`${Scenario.named(1, "a")}.up.sql`, "CREATE TABLE a (id int);")
  project.write(`${Scenario.named(2, "b")}.up.sql`, "CREATE TABLE b (id int);")
}

describe("the state database", () => {
  it.live("that cannot be reached is said so, and nothing runs", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      two(project)
      const down = { BFM_STATE_DB_URL: "postgres://bfm@127.0.0.1:1/none" }
      const error = yield* Effect.flip(project.run(Bfm.up(), down))
      assert.strictEqual(error._tag, "StateUnavailable")
      assert.match(error.message, /127\.0\.0\.1:1\/none.*nothing listens there/)
      assert.strictEqual(
        yield* Scenario.count(project, "SELECT count(*) FROM pg_tables WHERE tablename = 'a'"),
        0
      )
    }).pipe(Effect.scoped)
  )

  it.live("that goes away between the target's commit and the record is told by the next run", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* Scenario.gate(project)
      two(project)
      project.write(`${Scenario.named(3, "c")}.up.sql`, `CREATE TABLE c (id int);\n${gate.statement};`)
      yield* project.run(Bfm.up({ to: Scenario.version(1) }))
      const run = yield* Effect.fork(project.run(Bfm.up()))
      yield* gate.reached
      yield* maintain(project, `ALTER DATABASE ${project.state.name} ALLOW_CONNECTIONS false`)
      yield* maintain(
        project,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${project.state.name}'`
      )
      yield* gate.open
      const result = yield* run.await.pipe(Effect.flatten)
      assert.deepStrictEqual(result.applied, [Scenario.id(2, "b"), Scenario.id(3, "c")])
      assert.match(result.warnings[0] ?? "", /state database .* is written to the state by the next run/)
      yield* maintain(project, `ALTER DATABASE ${project.state.name} ALLOW_CONNECTIONS true`)
      assert.lengthOf((yield* Scenario.up(project)).applied, 0)
      assert.lengthOf(yield* Scenario.agreed(project), 3)
      const { items } = yield* project.run(Bfm.history({ id: Scenario.named(3, "c") }))
      assert.deepStrictEqual(
        items.map(({ event, run_id }) => [event, run_id]),
        [["applied", result.run_id]]
      )
    }).pipe(Effect.scoped)
  )

  it.live("that was lost is rebuilt from the ledgers", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      two(project)
      const { run_id } = yield* Scenario.up(project)
      yield* recreated(project)
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [Scenario.id(1, "a")]: "applied",
        [Scenario.id(2, "b")]: "applied"
      })
      assert.lengthOf((yield* Scenario.up(project)).applied, 0)
      assert.lengthOf(yield* Scenario.agreed(project), 2)
      const { items } = yield* project.run(Bfm.history())
      assert.deepStrictEqual(new Set(items.map(item => item.run_id)), new Set([run_id]))
    }).pipe(Effect.scoped)
  )

  it.live("that was restored from an older backup learns what came after it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      two(project)
      project.write(`${Scenario.named(1, "a")}.down.sql`, "DROP TABLE a;")
      yield* project.run(Bfm.up({ to: Scenario.version(1) }))
      const backup = `${project.state.name}_backup`
      yield* Effect.addFinalizer(() => maintain(project, `DROP DATABASE IF EXISTS ${backup}`))
      yield* maintain(project, `CREATE DATABASE ${backup} TEMPLATE ${project.state.name}`)
      yield* Scenario.up(project)
      yield* project.run(Bfm.down({ id: Scenario.named(1, "a") }))
      yield* recreated(project, backup)
      // The backup says: a applied, b unknown. The truth: a rolled back, b applied.
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [Scenario.id(1, "a")]: "pending",
        [Scenario.id(2, "b")]: "applied"
      })
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [Scenario.id(1, "a")])
      assert.lengthOf(yield* Scenario.agreed(project), 2)
    }).pipe(Effect.scoped)
  )

  it.live("may be the target itself, with a pool of one", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      two(project)
      project.write(
        `${Scenario.named(3, "idx")}.up.sql`,
        "-- bfm-transaction: none\nCREATE INDEX CONCURRENTLY a_id ON a (id);"
      )
      const same = { BFM_STATE_DB_URL: project.target.url, BFM_DB_MAX_OPEN_CONNS: "1" }
      assert.lengthOf((yield* project.run(Bfm.up(), same)).applied, 3)
      assert.lengthOf((yield* project.run(Bfm.up(), same)).applied, 0)
    }).pipe(Effect.scoped)
  )
})
