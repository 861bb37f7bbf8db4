import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const none = "-- bfm-transaction: none\n"

/** A table with two equal values, on which a unique index cannot be built. */
const people = (project: Project.Project) =>
  project.write(
    `${Scenario.named(1, "people")}.up.sql`,
    "CREATE TABLE people (id int, email text);\nINSERT INTO people VALUES (1,'a@b.c'),(2,'a@b.c');"
  )

const uniqueIndex = `${none}CREATE UNIQUE INDEX CONCURRENTLY people_email ON people (email);`

const index = (project: Project.Project, name = "people_email") =>
  Effect.map(
    project.query("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)", [name]),
    ([row]) => row?.["valid"]
  )

const status = (project: Project.Project, n: number, name: string) =>
  Effect.map(Scenario.statuses(project), all => all[Scenario.id(n, name)])

describe("statements outside a transaction", () => {
  it.live("a concurrent index is built, verified and rolled back", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "t")}.up.sql`, "CREATE TABLE people (email text);")
      project.write(`${Scenario.named(2, "idx")}.up.sql`, uniqueIndex)
      project.write(`${Scenario.named(2, "idx")}.down.sql`, "DROP INDEX CONCURRENTLY people_email;")
      yield* Scenario.up(project)
      assert.isTrue(yield* index(project))
      yield* project.run(Bfm.down({ id: Scenario.named(2, "idx") }))
      assert.isUndefined(yield* index(project))
      assert.strictEqual(yield* status(project, 2, "idx"), "rolled_back")
    }).pipe(Effect.scoped)
  )

  it.live("a failed build leaves an INVALID index; the next run drops it and builds it again", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      people(project)
      project.write(`${Scenario.named(2, "unique")}.up.sql`, uniqueIndex)
      project.write(`${Scenario.named(3, "later")}.up.sql`, "CREATE TABLE later (id int);")
      const result = yield* Scenario.upResult(project)
      const [failure] = result.failures
      assert.strictEqual(failure?.code, "23505")
      assert.match(failure?.detail ?? "", /a@b\.c/)
      assert.match(failure?.aftermath ?? "", /INVALID index people_email .* next run drops and rebuilds it/)
      assert.deepStrictEqual([failure?.line, failure?.statement?.slice(0, 19)], [2, "CREATE UNIQUE INDEX"])
      assert.deepStrictEqual(
        result.not_run.map(({ id }) => id),
        [Scenario.id(3, "later")]
      )
      assert.isFalse(yield* index(project))
      yield* project.query("DELETE FROM people WHERE id = 2")
      const again = yield* Scenario.up(project)
      assert.deepStrictEqual(again.applied, [Scenario.id(2, "unique"), Scenario.id(3, "later")])
      assert.isTrue(yield* index(project))
    }).pipe(Effect.scoped)
  )

  it.live("mending the file under another index name clears the old leftover", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      people(project)
      const file = `${Scenario.named(2, "unique")}.up.sql`
      project.write(file, uniqueIndex)
      yield* Scenario.upResult(project)
      project.write(file, `${none}CREATE INDEX CONCURRENTLY people_email_2 ON people (email);`)
      yield* Scenario.up(project)
      assert.isTrue(yield* index(project, "people_email_2"))
      assert.isUndefined(yield* index(project))
    }).pipe(Effect.scoped)
  )

  it.live("an INVALID index that is not ours is never taken for success", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      people(project)
      yield* Scenario.up(project)
      yield* Effect.exit(
        project.query("CREATE UNIQUE INDEX CONCURRENTLY people_email ON people (email)").pipe(Effect.sandbox)
      )
      assert.isFalse(yield* index(project))
      const file = `${Scenario.named(2, "unique")}.up.sql`
      project.write(file, uniqueIndex.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS"))
      const failure = yield* Scenario.upFailure(project)
      assert.match(failure.reason, /INVALID index people_email that this migration did not build/)
      assert.isFalse(yield* index(project))
      yield* project.query("DROP INDEX people_email; DELETE FROM people WHERE id = 2")
      yield* Scenario.up(project)
      assert.isTrue(yield* index(project))
    }).pipe(Effect.scoped)
  )

  it.live("a build whose session is ended half way is finished by the next run", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "t")}.up.sql`, "CREATE TABLE people (email text);")
      yield* Scenario.up(project)
      const old = yield* Scenario.session(project.target.url)
      yield* old.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM people")
      project.write(`${Scenario.named(2, "unique")}.up.sql`, uniqueIndex)
      const run = yield* Effect.fork(Scenario.upResult(project))
      const [builder] = yield* Scenario.waiting(project, "CREATE UNIQUE INDEX CONCURRENTLY")
      yield* project.query("SELECT pg_terminate_backend($1)", [builder?.["pid"]])
      const result = yield* run.await.pipe(Effect.flatten)
      assert.match(result.failures[0]?.aftermath ?? "", /the next run goes on with part 1, after the catalog/)
      assert.isFalse(yield* index(project))
      assert.strictEqual(yield* status(project, 2, "unique"), "interrupted")
      yield* old.query("ROLLBACK")
      yield* Scenario.up(project)
      assert.isTrue(yield* index(project))
    }).pipe(Effect.scoped)
  )

  it.live("parts that are done stay done; the rest may be mended, they may not", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const file = `${Scenario.named(1, "parts")}.up.sql`
      const first = "CREATE TABLE counter (n int);\nINSERT INTO counter VALUES (1);\nVACUUM counter;\n"
      project.write(file, `${none}${first}INSERT INTO nowhere VALUES (1);`)
      const failure = yield* Scenario.upFailure(project)
      assert.match(failure.aftermath, /3 of 4 parts are done and stay/)
      assert.strictEqual(failure.line, 5)
      assert.strictEqual(yield* status(project, 1, "parts"), "interrupted")
      project.write(file, `${none}${first.replace("(1)", "(7)")}INSERT INTO counter VALUES (2);`)
      const refused = yield* Scenario.upFailure(project)
      assert.match(refused.reason, /first 3 parts .* were edited since/)
      project.write(file, `${none}${first}INSERT INTO counter VALUES (2);`)
      yield* Scenario.up(project)
      const rows = yield* project.query("SELECT n FROM counter ORDER BY n")
      assert.deepStrictEqual(rows, [{ n: 1 }, { n: 2 }])
    }).pipe(Effect.scoped)
  )

  it.live("what the catalog cannot decide is asked of a human, who can answer both ways", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* project.query(
        "CREATE TABLE log (n int); CREATE PROCEDURE add() LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES (1); COMMIT; PERFORM pg_sleep(30); END$$"
      )
      project.write(`${Scenario.named(1, "call")}.up.sql`, `${none}CALL add();`)
      const run = yield* Effect.fork(Scenario.upResult(project))
      const [caller] = yield* Scenario.until(
        project.query(
          "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        ),
        "the procedure sleeps"
      )
      yield* project.query("SELECT pg_terminate_backend($1)", [caller?.["pid"]])
      yield* run.await
      const asked = yield* Scenario.upFailure(project)
      assert.match(asked.reason, /interrupted, and the catalog cannot tell/)
      assert.match(asked.hint ?? "", /bfm resolve 20250101000001_call_postgresql_core --applied/)
      assert.strictEqual(yield* Scenario.count(project, "SELECT count(*) FROM log"), 1)
      const resolve = (as: "applied" | "pending") =>
        project.run(Bfm.resolve({ id: Scenario.named(1, "call"), schemas: [], as }))
      yield* resolve("applied")
      assert.strictEqual(yield* status(project, 1, "call"), "applied")
      assert.lengthOf((yield* Scenario.up(project)).applied, 0)
      yield* resolve("pending")
      assert.strictEqual(yield* status(project, 1, "call"), "pending")
      const [latest] = (yield* project.run(Bfm.history())).items
      assert.strictEqual(latest?.event, "resolved_pending")
    }).pipe(Effect.scoped)
  )
})
