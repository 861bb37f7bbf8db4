import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import { database, query } from "../fixtures/Postgresql.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

describe("two connections at once", () => {
  it.scopedLive("never mix: each statement and each ledger row is where it belongs", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const logs = yield* database
      const at = { core: project.target, logs }
      for (const connection of ["core", "logs"]) {
        for (let n = 1; n <= 8; n++) {
          const other = connection === "core" ? "logs" : "core"
          const needs = n % 2 === (connection === "core" ? 0 : 1) && n > 1 ? `${other}/m${n - 1}` : undefined
          const depends = needs === undefined ? "" : `-- bfm-depends-on: ${needs}\n`
          project.write(
            `/sfm/postgresql/${connection}/${Scenario.named(n, `m${n}`)}.up.sql`,
            `-- bfm-schema: dynamic\n${depends}CREATE TABLE m${n} AS
SELECT current_database()::text AS db, current_schema()::text AS schema, '{{.Connection}}' AS connection;`
          )
        }
      }
      const schemas = ["a", "b", "c"]
      const result = yield* project.run(Bfm.up({ schemas }, { concurrency: 4 }), {
        LOGS_DB_URL: logs.url,
        CORE_DB_MAX_OPEN_CONNS: "2",
        LOGS_DB_MAX_OPEN_CONNS: "1"
      })
      assert.lengthOf(result.applied, 48)
      const union = schemas
        .flatMap(schema =>
          Array.from({ length: 8 }, (_, n) => `SELECT *, '${schema}' AS at FROM ${schema}.m${n + 1}`)
        )
        .join(" UNION ALL ")
      for (const [connection, { name, url }] of Object.entries(at)) {
        assert.deepStrictEqual(
          yield* query(
            url,
            `SELECT connection, db, schema = at AS there, count(*)::int AS n FROM (${union}) AS x GROUP BY 1, 2, 3`
          ),
          [{ connection, db: name, there: true, n: 24 }]
        )
        assert.deepStrictEqual(
          yield* query(url, "SELECT connection, count(*)::int AS n FROM bfm.ledger GROUP BY 1"),
          [{ connection, n: 24 }]
        )
      }
    })
  )
})
