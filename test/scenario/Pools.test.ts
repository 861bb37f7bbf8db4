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
        const pool = { BFM_DB_MAX_OPEN_CONNS: String(size), CORE_DB_MAX_OPEN_CONNS: String(size) }
        const { applied } = yield* project.run(Bfm.up({ schemas }, { concurrency: lanes }), pool)
        assert.lengthOf(applied, lanes)
        assert.lengthOf(yield* Scenario.agreed(project), lanes)
      })
    )
  }
})
