import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { EmbeddedUnavailable } from "../../domain/Errors.ts"
import type { Server } from "../postgresql/Settings.ts"
import * as Mysql from "./mysql/Client.ts"
import * as Postgresql from "./postgresql/Dialect.ts"

/** Sessions of the engine: some of its questions need one for themselves. */
const sessions = 3

/**
 * Seconds: as long as a worker's lease. One that is frozen (a paused machine, SIGSTOP) in the middle of a transaction
 * would keep its rows from all the others until it wakes up again.
 */
const silence = 5

const roomy = (server: Server): Server => ({
  ...server,
  pool: { ...server.pool, maxConnections: Math.max(server.pool.maxConnections, sessions) }
})

/** Sessions for whoever keeps tables of their own beside the state's: in its schema. */
export const layerPostgresql = (
  options: Pick<Postgresql.Options, "settings" | "schema" | "resolve">
): Layer.Layer<SqlClient, SqlError | EmbeddedUnavailable> =>
  Layer.scoped(
    SqlClient,
    Effect.flatMap(options.resolve(options.settings), server =>
      Effect.map(
        Postgresql.openClient(roomy(server), "engine", { schema: options.schema, silence }),
        ({ sql }) => sql
      )
    )
  )

/** The same in the state's database. */
export const layerMysql = ({ settings }: { readonly settings: Server }): Layer.Layer<SqlClient, SqlError> =>
  Layer.scoped(
    SqlClient,
    Effect.map(Mysql.open(roomy(settings), silence), ({ sql }) => sql)
  )
