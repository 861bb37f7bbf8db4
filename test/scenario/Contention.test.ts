import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const migrations = 50

const write = (project: Project.Project) => {
  project.write(`${Scenario.named(0, "hits")}.up.sql`, "CREATE TABLE hits (n int PRIMARY KEY);")
  for (let n = 1; n <= migrations; n++) {
    project.write(
      `${Scenario.named(n, `table_${n}`)}.up.sql`,
      `CREATE TABLE t_${n} (id int);\nINSERT INTO hits VALUES (${n});`
    )
  }
}

describe("contention", () => {
  it.live.each(["read committed", "serializable"])(
    "six processes at once on an empty, %s database: each migration once, everybody succeeds",
    isolation =>
      Effect.gen(function* () {
        const project = yield* Project.make
        write(project)
        const set = (database: string) =>
          `ALTER DATABASE ${database} SET default_transaction_isolation = '${isolation}'`
        yield* project.query(set(project.target.name))
        yield* project.queryState(set(project.state.name))
        const ends = yield* Effect.all(
          Array.from({ length: 6 }, () => project.cli(["migrate", "up", "--json"])),
          { concurrency: "unbounded" }
        )
        const results = ends.map(({ code, stdout, stderr }) => {
          assert.strictEqual(code, 0, stdout + stderr)
          return JSON.parse(stdout) as { applied: ReadonlyArray<string> }
        })
        const applied = results.flatMap(result => result.applied)
        assert.lengthOf(applied, migrations + 1)
        assert.lengthOf(new Set(applied), migrations + 1)
        assert.strictEqual(yield* Scenario.count(project, "SELECT count(*) FROM hits"), migrations)
        assert.lengthOf(yield* Scenario.agreed(project), migrations + 1)
      }).pipe(Effect.scoped)
  )

  it.live("who cannot get the lock in time is told who has it, and nothing ran", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* Scenario.gate(project)
      project.write(`${Scenario.named(1, "slow")}.up.sql`, `CREATE TABLE slow (id int);\n${gate.statement};`)
      const first = yield* Effect.fork(project.cli(["migrate", "up", "--json"], { BFM_ACTOR: "deploy-7" }))
      yield* gate.reached
      const second = yield* project.cli(["migrate", "up"], { BFM_LOCK_TIMEOUT: "300ms" })
      assert.strictEqual(second.code, 5)
      assert.match(second.stderr + second.stdout, /being migrated by deploy-7 \(run 01.*step 1 of 1: slow/)
      yield* gate.open
      const { code } = yield* first.await.pipe(Effect.flatten)
      assert.strictEqual(code, 0)
      assert.lengthOf((yield* project.run(Bfm.plan())).steps, 0)
    }).pipe(Effect.scoped)
  )

  it.live("two runs in different schemas do not wait for each other", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* Scenario.gate(project)
      project.write(
        `${Scenario.named(1, "settings")}.up.sql`,
        "-- bfm-schema: dynamic\nCREATE TABLE settings (id int);"
      )
      project.write(
        `${Scenario.named(2, "wait")}.up.sql`,
        `-- bfm-schema: dynamic\n-- bfm-tags: slow=yes\n${gate.statement};`
      )
      const slow = yield* Effect.fork(project.run(Bfm.up({ schemas: ["tenant_a"] })))
      yield* gate.reached
      const quick = yield* project.run(
        Bfm.up({ schemas: ["tenant_b"], target: { version: Scenario.version(1) } })
      )
      assert.lengthOf(quick.applied, 1)
      yield* gate.open
      const result = yield* slow.await.pipe(Effect.flatten)
      assert.lengthOf(result.applied, 2)
    }).pipe(Effect.scoped)
  )
})
