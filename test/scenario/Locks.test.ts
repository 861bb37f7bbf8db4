import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Event } from "../../src/domain/Run.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** A table that somebody else reads in an open transaction. */
const busy = Effect.gen(function* () {
  const project = yield* Project.make
  yield* project.query("CREATE TABLE users (id int)")
  const reader = yield* Scenario.session(project.target.url, "reporting")
  yield* reader.query("BEGIN; SELECT * FROM users")
  project.write(
    `${Scenario.named(1, "add_email")}.up.sql`,
    "-- bfm-lock-timeout: 1500ms\nALTER TABLE users ADD COLUMN email text;"
  )
  return { project, reader }
})

const columns = (project: Project.Project) =>
  Scenario.count(
    project,
    "SELECT count(*) FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'email'"
  )

describe("locks of the database", () => {
  it.live("a blocked ALTER TABLE gives way, tries again, and succeeds when the table is free", () =>
    Effect.gen(function* () {
      const { project, reader } = yield* busy
      const events = yield* Bfm.upEvents().pipe(
        Stream.tap(event => (event._tag === "StepRetried" ? reader.query("COMMIT") : Effect.void)),
        Stream.runCollect,
        project.run
      )
      const retried = [...events].find(
        (event): event is Event & { _tag: "StepRetried" } => event._tag === "StepRetried"
      )
      assert.match(
        retried?.reason ?? "",
        /lock timeout; held by reporting \(user \w+, session \d+, idle in transaction/
      )
      assert.deepStrictEqual([...events].at(-1)?._tag, "RunFinished")
      assert.strictEqual(yield* columns(project), 1)
    }).pipe(Effect.scoped)
  )

  it.live("when nobody gives way it fails, says who was in the way, and leaves nothing", () =>
    Effect.gen(function* () {
      const { project, reader } = yield* busy
      const result = yield* Scenario.upResult(project).pipe(Scenario.withSettings({ lockRetries: 1 }))
      const [failure] = result.failures
      assert.strictEqual(failure?.code, "55P03")
      assert.match(failure?.blocked_by ?? "", /^reporting /)
      assert.match(failure?.blocked_by ?? "", new RegExp(`session ${reader.pid}`))
      assert.strictEqual(yield* columns(project), 0)
      yield* reader.query("COMMIT")
      assert.lengthOf((yield* Scenario.up(project)).applied, 1)
    }).pipe(Effect.scoped)
  )

  it.live("while it waits, others may still read the table after the lock timeout", () =>
    Effect.gen(function* () {
      const { project } = yield* busy
      const run = yield* Effect.fork(Effect.exit(Scenario.upResult(project)))
      yield* Scenario.waiting(project, "ALTER TABLE users")
      // Queued behind the ALTER: it gets through as soon as the ALTER gives way, long before the run ends.
      const rows = yield* project.query("SELECT count(*) FROM users").pipe(Effect.timeout("20 seconds"))
      assert.lengthOf(rows, 1)
      yield* Effect.fork(run.await)
      yield* project.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reporting'"
      )
      yield* run.await
    }).pipe(Effect.scoped)
  )

  it.live("a statement that takes longer than its limit is cancelled and undone", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(
        `${Scenario.named(1, "slow")}.up.sql`,
        "-- bfm-statement-timeout: 200ms\nCREATE TABLE slow (id int);\nSELECT pg_sleep(20);"
      )
      const failure = yield* Scenario.upFailure(project)
      assert.strictEqual(failure.code, "57014")
      assert.deepStrictEqual([failure.line, failure.aftermath], [3, "nothing of it is left in place"])
      assert.strictEqual(
        yield* Scenario.count(project, "SELECT count(*) FROM pg_tables WHERE tablename = 'slow'"),
        0
      )
    }).pipe(Effect.scoped)
  )
})
