import { SqlClient } from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as StateClient from "../../src/adapters/state-sql/Client.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import * as StateMysql from "../fixtures/StateMysql.ts"
import * as StatePostgresql from "../fixtures/StatePostgresql.ts"

const kinds = {
  PostgreSQL: Effect.map(Postgresql.database, database =>
    StateClient.layerPostgresql({
      settings: StatePostgresql.settingsOf(database),
      schema: "public",
      resolve: StatePostgresql.resolve
    })
  ),
  MariaDB: Effect.map(Mysql.database, database =>
    StateClient.layerMysql({ settings: StateMysql.settingsOf(database) })
  )
}

/** As many sessions as a worker has. */
const worker = (
  layer: ReturnType<typeof StateClient.layerMysql> | ReturnType<typeof StateClient.layerPostgresql>
) => Effect.map(Layer.build(layer), made => Context.get(made, SqlClient))

describe("the engine's sessions", () => {
  for (const [kind, make] of Object.entries(kinds)) {
    it.scopedLive(`do not let a worker that is frozen in a transaction hold up the others: ${kind}`, () =>
      Effect.gen(function* () {
        const layer = yield* make
        const [frozen, other] = yield* Effect.all([worker(layer), worker(layer)])
        yield* frozen`create table job (id int primary key, worker varchar(9))`
        yield* frozen`insert into job values (1, 'nobody')`
        const taking = frozen`update job set worker = 'frozen' where id = 1`
        const lost = yield* Effect.fork(
          frozen.withTransaction(Effect.zipRight(taking, Effect.sleep("20 seconds")))
        )
        yield* Effect.sleep("300 millis")
        const taken = other`update job set worker = 'other' where id = 1`
        yield* Effect.timeout(taken, "9 seconds")
        const rows = yield* other<{ readonly worker: string }>`select worker from job`
        assert.deepStrictEqual(
          rows.map(({ worker }) => worker),
          ["other"]
        )
        lost.unsafeInterruptAsFork(lost.id())
        // It goes on with a session of its own afterwards.
        assert.lengthOf(yield* frozen`select worker from job`, 1)
      })
    )
  }
})
