import type { PoolLimits, PostgresqlSettings } from "../adapters/postgresql/Settings.ts"
import * as Database from "./Database.ts"
import type { Environment, Reader } from "./Reader.ts"

/** Where the control plane keeps its own tables. */
export interface StateConfig {
  readonly settings: PostgresqlSettings
  readonly schema: string
  /** Nothing was said about the state: it is embedded because that always works. */
  readonly byDefault: boolean
}

export const variables = [
  "BFM_STATE_BACKEND",
  "BFM_STATE_SCHEMA",
  ...Database.suffixes.map(suffix => `BFM_STATE_${suffix}`)
]

const defaults: Database.Defaults = {
  host: "localhost",
  username: "postgres",
  database: "migration_state",
  embeddedDatabase: "migration_state"
}

export const decode = (reader: Reader, environment: Environment, pool: PoolLimits): StateConfig => {
  // A misspelt variable counts too: whoever wrote it did not mean the embedded database.
  const byDefault = !Object.keys(environment).some(
    name => name.startsWith("BFM_STATE_") && reader.isSet(name)
  )
  const schema = reader.text("BFM_STATE_SCHEMA") ?? "public"
  const backend = reader.oneOf("BFM_STATE_BACKEND", ["postgresql", "embedded", "postgres", "mysql"])
  if (backend === "mysql") reader.report("BFM_STATE_BACKEND", "mysql is not available in this version")
  if (byDefault || backend === "embedded") {
    const database = reader.text("BFM_STATE_DB_NAME") ?? defaults.embeddedDatabase
    return { settings: { _tag: "Embedded", database, pool }, schema, byDefault }
  }
  const settings = Database.decode(reader, "BFM_STATE", pool, defaults)
  if (settings._tag === "Server" && settings.password === undefined && backend !== "mysql") {
    reader.report(
      "BFM_STATE_DB_PASSWORD",
      "is not set, but a state server is configured; set it, to nothing if the server wants no password"
    )
  }
  return { settings, schema, byDefault }
}
