import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

describe("more schemas at once than connections", { concurrent: true }, () => {
  for (const [size, lanes] of [
    [1, 4],
    [2, 8]
  ] as const) {
    it.scopedLive(`${lanes} with a pool of ${size} take turns, however long each works`, () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        // The last lane waits longer for a connection than anybody waits for a server to answer.
        project.write(
          `${Scenario.named(1, "slow")}.up.sql`,
          "-- bfm-schema: dynamic\nSELECT pg_sleep(1.9);\nCREATE TABLE t (id int);"
        )
        const schemas = Array.from({ length: lanes }, (_, n) => `tenant_${n}`)
        const pool = { BFM_DB_MAX_OPEN_CONNS: String(size) }
        const { applied } = yield* project.run(Bfm.up({ schemas }, { concurrency: lanes }), pool)
        assert.lengthOf(applied, lanes)
        assert.lengthOf(yield* Scenario.agreed(project), lanes)
      })
    )
  }
  it.scopedLive("a server that gives fewer of them than the pool may have: they take turns too", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const role = `role_${project.target.name}`
      yield* Effect.acquireRelease(project.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 3`), () =>
        project.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
      )
      yield* project.query(`GRANT CREATE ON DATABASE ${project.target.name} TO ${role}`)
      project.write(
        `${Scenario.named(1, "slow")}.up.sql`,
        "-- bfm-schema: dynamic\nSELECT pg_sleep(0.1);\nCREATE TABLE t (id int);"
      )
      const schemas = Array.from({ length: 24 }, (_, n) => `tenant_${n}`)
      const { applied } = yield* project.run(Bfm.up({ schemas }, { concurrency: 8 }), {
        CORE_DB_URL: project.target.url.replace("postgres@", `${role}@`),
        BFM_DB_MAX_OPEN_CONNS: "8"
      })
      assert.lengthOf(applied, 24)
      assert.lengthOf(yield* Scenario.agreed(project), 24)
    })
  )
})
