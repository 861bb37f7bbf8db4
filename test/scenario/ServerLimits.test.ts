import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** Works, then waits for a second, then works again. */
const slowly = `import { Migration, Session } from "bfm"
import * as Effect from "effect/Effect"

export default Migration.make({
  up: Effect.gen(function* () {
    const session = yield* Session
    yield* session.execute("CREATE TABLE c (id int)")
    yield* Effect.sleep("1 second")
    yield* session.execute("INSERT INTO c VALUES (1)")
  })
})
`

describe("a database that limits how long everybody may take", () => {
  it.scopedLive("does not mean migrations: what those may take they say themselves", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const limits = ["statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"]
      for (const limit of limits)
        yield* project.query(`ALTER DATABASE ${project.target.name} SET ${limit} = '500ms'`)
      project.write(`${Scenario.named(1, "a")}.up.sql`, "CREATE TABLE a (id int); SELECT pg_sleep(1);")
      project.write(
        `${Scenario.named(2, "b")}.up.sql`,
        "-- bfm-transaction: none\nSELECT pg_sleep(1);\nCREATE INDEX CONCURRENTLY a_id ON a (id);"
      )
      project.write(`${Scenario.named(3, "c")}.ts`, slowly)
      assert.deepStrictEqual((yield* project.run(Bfm.rehearse())).failures, [])
      const { failures, applied } = yield* project.run(Bfm.up())
      assert.deepStrictEqual([failures, applied.length], [[], 3])
      // What the next session has is the server's again.
      assert.deepStrictEqual(yield* project.query("SELECT current_setting('transaction_timeout') AS t"), [
        { t: "500ms" }
      ])
    })
  )

  it.scopedLive("a session that is ended while a program thinks: why is told", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${project.target.name}' AND state = 'idle in transaction'`
      project.write(`${Scenario.named(1, "c")}.ts`, slowly)
      const run = yield* Effect.fork(Scenario.failing(project.run(Bfm.up())))
      yield* Scenario.until(
        Effect.map(project.queryState(end), ended => ended),
        "the program thinks"
      )
      const error = yield* run
      assert.include(JSON.stringify(error), "terminating connection due to administrator command")
    })
  )
})
