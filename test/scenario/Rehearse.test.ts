import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Fingerprint from "../fixtures/Fingerprint.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const tables = (project: Project.Project) =>
  Scenario.count(project, "SELECT count(*) FROM pg_tables WHERE tablename IN ('a', 'b')")

describe("looking before leaping", () => {
  it.live("a plan changes nothing at all: no table, no ledger, no state", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "a")}.up.sql`, "CREATE TABLE a (id int);")
      const plan = yield* project.run(Bfm.plan())
      assert.deepStrictEqual(
        plan.steps.map(({ id }) => id),
        [Scenario.id(1, "a")]
      )
      assert.strictEqual(plan.steps[0]?.units[0]?.statements[0]?.text, "CREATE TABLE a (id int)")
      const schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'bfm'"
      assert.strictEqual(yield* Scenario.count(project, schemas), 0)
      const [state] = yield* project.queryState(
        "SELECT count(*)::int AS n FROM pg_tables WHERE tablename LIKE 'bfm%'"
      )
      assert.strictEqual(state?.["n"], 0)
    }).pipe(Effect.scoped)
  )

  it.live("a run can be bound to the plan that was looked at", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "a")}.up.sql`, "CREATE TABLE a (id int);")
      const { hash } = yield* project.run(Bfm.plan())
      project.write(`${Scenario.named(2, "b")}.up.sql`, "CREATE TABLE b (id int);")
      const error = yield* Effect.flip(project.run(Bfm.up({}, { plan_hash: hash })))
      assert.strictEqual(error._tag, "PlanDiffers")
      assert.strictEqual(yield* tables(project), 0)
      project.remove(`${Scenario.named(2, "b")}.up.sql`)
      yield* project.run(Bfm.up({}, { plan_hash: hash }))
      assert.strictEqual(yield* tables(project), 1)
    }).pipe(Effect.scoped)
  )

  it.live("a rehearsal really executes, one step upon the other, and takes everything back", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "a")}.up.sql`, "-- bfm-schema: fresh\nCREATE TABLE a (id int);")
      project.write(
        `${Scenario.named(2, "b")}.up.sql`,
        "-- bfm-schema: fresh\nCREATE TABLE b AS SELECT * FROM a;"
      )
      project.write(
        `${Scenario.named(3, "i")}.up.sql`,
        "-- bfm-schema: fresh\n-- bfm-transaction: none\nCREATE INDEX CONCURRENTLY a_id ON a (id);"
      )
      const result = yield* project.run(Bfm.rehearse())
      assert.deepStrictEqual(result.applied, [Scenario.id(1, "a"), Scenario.id(2, "b")])
      assert.deepStrictEqual(result.skipped, [Scenario.id(3, "i")])
      assert.strictEqual(yield* tables(project), 0)
      assert.deepStrictEqual(yield* project.query("SELECT 1 FROM pg_namespace WHERE nspname = 'fresh'"), [])
      assert.lengthOf((yield* project.run(Bfm.history())).items, 0)
      assert.lengthOf((yield* Scenario.up(project)).applied, 3)
    }).pipe(Effect.scoped)
  )

  it.live("a rehearsal finds what a plan cannot: also what only the commit would have found", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* project.query("CREATE TABLE parent (id int PRIMARY KEY)")
      project.write(
        `${Scenario.named(1, "a")}.up.sql`,
        "CREATE TABLE a (p int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (7);"
      )
      const error = yield* Effect.flip(project.run(Bfm.rehearse()))
      if (error._tag !== "RunFailed") return assert.fail(error.message)
      assert.strictEqual(error.result.failures[0]?.code, "23503")
      assert.strictEqual(yield* tables(project), 0)
    }).pipe(Effect.scoped)
  )

  it.live("a rehearsal leaves nothing in the target, not even a ledger", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const before = yield* Fingerprint.of(project.target.url, [])
      project.write(
        `${Scenario.named(1, "a")}.up.sql`,
        "CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('x'); CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE a (id serial PRIMARY KEY, e s.e DEFAULT 'x');"
      )
      assert.lengthOf((yield* project.run(Bfm.rehearse())).applied, 1)
      assert.deepStrictEqual(yield* Fingerprint.of(project.target.url, []), before)
      yield* Scenario.up(project)
      const applied = yield* Fingerprint.of(project.target.url, [])
      project.write(`${Scenario.named(2, "b")}.up.sql`, "DROP TABLE a;")
      assert.lengthOf((yield* project.run(Bfm.rehearse())).applied, 1)
      assert.deepStrictEqual(yield* Fingerprint.of(project.target.url, []), applied)
    }).pipe(Effect.scoped)
  )

  it.live("each step begins as it would in a run: deferred constraints, settings, temporary objects", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const texts = {
        tables: `CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;`,
        circle: "INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);",
        another: "INSERT INTO a VALUES (2, 2); INSERT INTO b VALUES (2, 2);",
        settings:
          "CREATE SCHEMA other; SET search_path TO other; CREATE TEMP TABLE x (id int); PREPARE p AS SELECT 1; SET ROLE pg_read_all_data;",
        place: "CREATE TEMP TABLE x (id int); PREPARE p AS SELECT 1; CREATE TABLE c (id int);",
        found: "SELECT * FROM public.c;"
      }
      for (const [n, [name, text]] of Object.entries(texts).entries())
        project.write(`${Scenario.named(n, name)}.up.sql`, text)
      assert.lengthOf((yield* project.run(Bfm.rehearse())).applied, 6)
      assert.lengthOf((yield* Scenario.up(project)).applied, 6)
    }).pipe(Effect.scoped)
  )

  it.live(
    "a step finds what steps of other schemas have made, and what stands between on another connection",
    () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        const environment = { REPORTS_BACKEND: "postgresql", REPORTS_DB_URL: project.state.url }
        project.write(
          `${Scenario.named(1, "a")}.up.sql`,
          "-- bfm-schema: one\nCREATE TABLE a (id int PRIMARY KEY);"
        )
        project.write(
          `${Scenario.named(2, "b")}.up.sql`,
          "-- bfm-schema: two\nCREATE TABLE b (a int REFERENCES one.a);"
        )
        project.write(
          `/sfm/postgresql/reports/${Scenario.named(3, "r")}.up.sql`,
          "-- bfm-depends-on: core/b\nCREATE TABLE r (id int);"
        )
        project.write(
          `${Scenario.named(4, "c")}.up.sql`,
          "-- bfm-schema: one\n-- bfm-depends-on: reports/r\nALTER TABLE a ADD COLUMN c int;"
        )
        const { applied } = yield* project.run(Bfm.rehearse(), environment)
        assert.lengthOf(applied, 4)
        const up = yield* project.run(Bfm.up(), environment)
        assert.lengthOf(up.applied, 4)
      }).pipe(Effect.scoped)
  )
})
