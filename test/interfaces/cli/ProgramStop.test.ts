import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"
import { project } from "./Team.ts"

describe("bin/bfm that is told to stop", () => {
  it.scoped("Ctrl-C in the middle of a statement: cancelled, said, exit 130, and the next run goes on", () =>
    Effect.gen(function* () {
      const { spawn, cli, write, query } = yield* project
      write("20250101000000_slow.up.sql", "-- bfm-schema: core\nSELECT pg_sleep(50);\n")
      const child = spawn(["migrate", "up"])
      const ending = yield* Effect.fork(Project.ended(child))
      yield* Effect.repeat(
        query(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(50)%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()"
        ),
        {
          until: rows => rows.length > 0
        }
      )
      child.kill("SIGINT")
      const { code, stderr } = yield* ending
      assert.strictEqual(code, 130)
      assert.match(
        stderr,
        /✘ interrupted: 0 of 3 steps applied and recorded\n {2}20250101000000 slow was cancelled: nothing of it is left in place\n {2}Go on: bfm migrate up +exit 130, run /
      )
      write("20250101000000_slow.up.sql", "-- bfm-schema: core\nSELECT pg_sleep(0);\n")
      assert.match((yield* cli(["migrate", "up"])).stdout, /3 applied, 1 waits/)
    })
  )

  it.scoped("SIGTERM: the step in flight ends and is recorded, the rest is left", () =>
    Effect.gen(function* () {
      const { spawn, cli, write, query } = yield* project
      write("20250101000000_slow.up.sql", "-- bfm-schema: core\nSELECT pg_sleep(2);\n")
      const child = spawn(["migrate", "up"])
      const ending = yield* Effect.fork(Project.ended(child))
      yield* Effect.repeat(
        query(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2)%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()"
        ),
        {
          until: rows => rows.length > 0
        }
      )
      child.kill("SIGTERM")
      const { code, stderr } = yield* ending
      assert.strictEqual(code, 130)
      assert.match(stderr, /✘ interrupted: 1 of 3 steps applied and recorded\n/)
      const status = JSON.parse((yield* cli(["status", "--json"])).stdout)
      assert.deepStrictEqual(
        status.items.map((item: { readonly applied: boolean }) => item.applied),
        [true, false, false, false]
      )
    })
  )
})
