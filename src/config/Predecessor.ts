import * as Either from "effect/Either"
import * as DatabaseUrl from "../adapters/postgresql/DatabaseUrl.ts"
import type { PostgresqlSettings } from "../adapters/postgresql/Settings.ts"
import { RequestInvalid } from "../domain/Errors.ts"
import * as Database from "./Database.ts"
import * as Reader from "./Reader.ts"
import type { StateConfig } from "./State.ts"

/** Where the Go BfM kept its state. */
export interface Place {
  readonly settings: PostgresqlSettings
  readonly schema: string
  /** What named it, where it was no variable. */
  readonly setting?: string
}

const example = "--from postgres://user:password@host:5432/migration_state"
const usual = { host: "localhost", username: "postgres", database: "migration_state" }

/** What is named, else the state's own database: the Go BfM was told of it by the same variables. */
export const place = (
  state: StateConfig,
  from: string | undefined,
  schema: string | undefined
): Either.Either<Place, RequestInvalid> => {
  if (from !== undefined)
    return Either.map(named(from, state), settings => ({
      settings,
      schema: schema ?? "public",
      setting: "--from"
    }))
  if (state._tag === "Mysql")
    return refused(`its state was kept in PostgreSQL, and ours is in MySQL: name its own (${example})`)
  if (state.byDefault)
    return refused(`no BFM_STATE_* variable is set: name the state database of the Go BfM (${example})`)
  return Either.right({ settings: state.settings, schema: schema ?? state.schema })
}

const refused = (reason: string) => Either.left(new RequestInvalid({ problems: [reason] }))

/** Read as a variable would be; what is wrong with it is told without any part of it. */
const named = (
  from: string,
  { settings: { pool } }: StateConfig
): Either.Either<PostgresqlSettings, RequestInvalid> => {
  const reader = Reader.make({ FROM_DB_URL: from })
  const settings = Database.server(reader, "FROM", pool, usual, DatabaseUrl.postgresql)
  const problems = reader.problems().map(({ reason }) => `--from ${reason}`)
  return problems.length === 0 ? Either.right(settings) : Either.left(new RequestInvalid({ problems }))
}
