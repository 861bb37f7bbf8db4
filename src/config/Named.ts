import * as Either from "effect/Either"
import * as DatabaseUrl from "../adapters/postgresql/DatabaseUrl.ts"
import { defaultPool, type PoolLimits, type PostgresqlSettings } from "../adapters/postgresql/Settings.ts"
import { RequestInvalid } from "../domain/Errors.ts"
import * as Database from "./Database.ts"
import * as Reader from "./Reader.ts"

/**
 * The PostgreSQL that an option's URL leads to, read as a variable would be; what is wrong with it is told without
 * any part of it.
 */
export const postgresql = (
  option: string,
  url: string,
  defaults: Database.ServerDefaults = { host: "localhost", username: "postgres" },
  pool: PoolLimits = defaultPool
): Either.Either<PostgresqlSettings, RequestInvalid> => {
  const reader = Reader.make({ OPTION_DB_URL: url })
  const settings = Database.server(reader, "OPTION", pool, defaults, DatabaseUrl.postgresql)
  const problems = reader.problems().map(({ reason }) => `${option} ${reason}`)
  return problems.length === 0 ? Either.right(settings) : Either.left(new RequestInvalid({ problems }))
}
