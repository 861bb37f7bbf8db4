import * as Either from "effect/Either"
import type { PostgresqlSettings } from "../adapters/postgresql/Settings.ts"
import { RequestInvalid } from "../domain/Errors.ts"
import * as Named from "./Named.ts"
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
    return Either.map(Named.postgresql("--from", from, usual, state.settings.pool), settings => ({
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
