import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** Two connections: `core` and, on the state's database, `reports`. */
const pair = Effect.gen(function* () {
  const project = yield* Project.make
  const environment = { REPORTS_BACKEND: "postgresql", REPORTS_DB_URL: project.state.url }
  const reports = (n: number, name: string, text: string) =>
    project.write(`/sfm/postgresql/reports/${Scenario.named(n, name)}.up.sql`, text)
  return { project, environment, reports }
})

const needs = (on: string, table: string) => `-- bfm-depends-on: ${on}\nCREATE TABLE ${table} (id int);`

describe("dependencies", () => {
  it.live("are followed across connections, pending ones are included, in an order that respects them", () =>
    Effect.gen(function* () {
      const { project, environment, reports } = yield* pair
      project.write(`${Scenario.named(9, "base")}.up.sql`, "CREATE TABLE base (id int);")
      reports(5, "middle", needs("core/base", "middle"))
      project.write(`${Scenario.named(1, "top")}.up.sql`, needs("reports/middle", "top"))
      project.write(`${Scenario.named(2, "unrelated")}.up.sql`, "CREATE TABLE unrelated (id int);")
      const target = { version: Scenario.version(1) }
      const { applied } = yield* project.run(Bfm.up({ target }), environment)
      const wanted = [Scenario.id(9, "base"), Scenario.id(5, "middle", "reports"), Scenario.id(1, "top")]
      assert.deepStrictEqual(applied, wanted)
    }).pipe(Effect.scoped)
  )

  it.live(
    "that are unknown or turn in a circle are all named, with the file and line, and nothing runs",
    () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        project.write(`${Scenario.named(1, "create_users")}.up.sql`, "CREATE TABLE users (id int);")
        project.write(`${Scenario.named(2, "a")}.up.sql`, `\n${needs("creat_users", "a")}`)
        project.write(`${Scenario.named(3, "b")}.up.sql`, needs("c", "b"))
        project.write(`${Scenario.named(4, "c")}.up.sql`, needs("b", "c"))
        const problems = yield* Scenario.rejected(Scenario.up(project))
        const [unknown, cycle] = problems
        assert.deepStrictEqual([unknown?.kind, unknown?.line], ["dependency_unknown", 2])
        assert.match(unknown?.path ?? "", /20250101000002_a\.up\.sql$/)
        assert.match(unknown?.reason ?? "", /no migration "creat_users" on core; did you mean create_users\?/)
        assert.strictEqual(cycle?.kind, "dependency_cycle")
        assert.match(
          cycle?.reason ?? "",
          /_b_postgresql_core needs .*_c_postgresql_core needs .*_b_postgresql_core/
        )
        assert.lengthOf(problems, 2)
        assert.strictEqual(
          yield* Scenario.count(project, "SELECT count(*) FROM pg_tables WHERE tablename = 'users'"),
          0
        )
      }).pipe(Effect.scoped)
  )

  it.live("can be ignored: version order, nothing included", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "a")}.up.sql`, needs("b", "a"))
      project.write(`${Scenario.named(2, "b")}.up.sql`, "CREATE TABLE b (id int);")
      const request = { ignore_dependencies: true, target: { version: Scenario.version(1) } }
      assert.deepStrictEqual((yield* Scenario.up(project, request)).applied, [Scenario.id(1, "a")])
    }).pipe(Effect.scoped)
  )

  it.live(
    "of a failed step, and what comes later in its schema, do not run; other schemas go on when told to",
    () =>
      Effect.gen(function* () {
        const { project, environment, reports } = yield* pair
        project.write(`${Scenario.named(1, "bad")}.up.sql`, "CREATE TABLE bad (id nonsense);")
        project.write(`${Scenario.named(2, "later")}.up.sql`, "CREATE TABLE later (id int);")
        project.write(
          `${Scenario.named(3, "elsewhere")}.up.sql`,
          "-- bfm-schema: other\nCREATE TABLE e (id int);"
        )
        reports(4, "dependent", needs("core/bad", "d"))
        reports(5, "free", "-- bfm-schema: free\nCREATE TABLE f (id int);")
        const stopped = yield* Effect.flip(project.run(Bfm.up(), environment))
        assert.strictEqual(stopped._tag, "RunFailed")
        const go = yield* Effect.flip(project.run(Bfm.up({}, { on_failure: "continue" }), environment))
        if (go._tag !== "RunFailed" || stopped._tag !== "RunFailed") return assert.fail(go.message)
        assert.lengthOf(stopped.result.applied, 0)
        assert.lengthOf(stopped.result.not_run, 4)
        assert.deepStrictEqual(go.result.applied, [
          Scenario.id(3, "elsewhere"),
          Scenario.id(5, "free", "reports")
        ])
        assert.deepStrictEqual(go.result.not_run, [
          {
            id: Scenario.id(2, "later"),
            reason: `${Scenario.id(1, "bad")} comes before it in the same schema`
          },
          { id: Scenario.id(4, "dependent", "reports"), reason: `it depends on ${Scenario.id(1, "bad")}` }
        ])
      }).pipe(Effect.scoped)
  )

  it.live("hold with several lanes at once", () =>
    Effect.gen(function* () {
      const { project, environment, reports } = yield* pair
      project.write(
        `${Scenario.named(1, "slow")}.up.sql`,
        "SELECT pg_sleep(0.4);\nCREATE TABLE slow (id int);"
      )
      reports(2, "after", needs("core/slow", "after_slow"))
      project.write(`${Scenario.named(3, "last")}.up.sql`, needs("reports/after", "last_one"))
      reports(4, "free", "-- bfm-schema: free\nCREATE TABLE f (id int);")
      const { applied } = yield* project.run(Bfm.up({}, { concurrency: 4 }), environment)
      const order = [Scenario.id(1, "slow"), Scenario.id(2, "after", "reports"), Scenario.id(3, "last")]
      assert.deepStrictEqual(
        applied.filter(id => order.includes(id)),
        order
      )
      assert.strictEqual(applied[0], Scenario.id(4, "free", "reports"))
    }).pipe(Effect.scoped)
  )
})

describe("requirements", () => {
  it.live("are looked up in the live target before the step", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(
        `${Scenario.named(1, "t")}.up.sql`,
        "-- bfm-requires: table core.organizations, schema core\nCREATE TABLE t (id int);"
      )
      const failure = yield* Scenario.upFailure(project)
      assert.match(failure.reason, /bfm-requires: table core\.organizations, schema core not found/)
      yield* project.query("CREATE SCHEMA core; CREATE TABLE core.organizations (id int)")
      assert.lengthOf((yield* Scenario.up(project)).applied, 1)
    }).pipe(Effect.scoped)
  )
})
