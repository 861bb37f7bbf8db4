import { mysql } from "../adapters/postgresql/DatabaseUrl.ts"
import type { PoolLimits, PostgresqlSettings, Server } from "../adapters/postgresql/Settings.ts"
import * as Database from "./Database.ts"
import type { Environment, Reader } from "./Reader.ts"

/** Where the control plane keeps its own tables. */
export type StateConfig = (
  | { readonly _tag: "Postgresql"; readonly settings: PostgresqlSettings; readonly schema: string }
  | { readonly _tag: "Mysql"; readonly settings: Server }
) & {
  /** Nothing was said about the state: it is embedded because that always works. */
  readonly byDefault: boolean
}

export const variables = [
  "BFM_STATE_BACKEND",
  "BFM_STATE_SCHEMA",
  ...Database.suffixes.map(suffix => `BFM_STATE_${suffix}`)
]

const database = "migration_state"

const defaults: Database.Defaults = {
  host: "localhost",
  username: "postgres",
  database,
  embeddedDatabase: database
}

const mysqlDefaults: Database.ServerDefaults = { host: "localhost", username: "root", database }

const schemaVariable = "BFM_STATE_SCHEMA"

export const decode = (reader: Reader, environment: Environment, pool: PoolLimits): StateConfig => {
  // A misspelt variable counts too: whoever wrote it did not mean the embedded database.
  const byDefault = !Object.keys(environment).some(
    name => name.startsWith("BFM_STATE_") && reader.isSet(name)
  )
  const backend = reader.oneOf("BFM_STATE_BACKEND", [
    "postgresql",
    "mysql",
    "embedded",
    "postgres",
    "mariadb"
  ])
  if (backend === "mysql" || backend === "mariadb" || (backend === undefined && hasMysqlUrl(environment))) {
    return { _tag: "Mysql", settings: mysqlServer(reader, environment, pool), byDefault }
  }
  const schema = reader.text(schemaVariable) ?? "public"
  if (byDefault || backend === "embedded") {
    const name = reader.text("BFM_STATE_DB_NAME") ?? defaults.embeddedDatabase
    return { _tag: "Postgresql", settings: { _tag: "Embedded", database: name, pool }, schema, byDefault }
  }
  const settings = Database.decode(reader, "BFM_STATE", pool, defaults)
  if (settings._tag === "Server") wantPassword(reader, settings)
  return { _tag: "Postgresql", settings, schema, byDefault }
}

/** Whether it is in this machine's own server, by default or on request. */
export const isEmbedded = ({ _tag, settings }: StateConfig): boolean =>
  _tag === "Postgresql" && settings._tag === "Embedded"

/** The URL says it well enough. */
const hasMysqlUrl = ({ BFM_STATE_DB_URL: url = "" }: Environment): boolean =>
  mysql.names.some(name => url.trim().startsWith(`${name}://`))

const mysqlServer = (reader: Reader, environment: Environment, pool: PoolLimits): Server => {
  // A database is all the place that there is; any other schema is reported as being of no effect.
  if (environment[schemaVariable]?.trim() === "public") reader.text(schemaVariable)
  if (Database.isEmbedded(reader, "BFM_STATE")) {
    reader.report(
      "BFM_STATE_DB_HOST",
      "embedded is a PostgreSQL; unset BFM_STATE_BACKEND, or name a MySQL server"
    )
  }
  const settings = Database.server(reader, "BFM_STATE", pool, mysqlDefaults, mysql)
  wantPassword(reader, settings)
  return settings
}

const wantPassword = (reader: Reader, { password }: Server): void => {
  if (password !== undefined) return
  reader.report(
    "BFM_STATE_DB_PASSWORD",
    "is not set, nor is BFM_STATE_DB_PASSWORD_FILE, but a state server is configured; set it, to nothing if the server wants no password"
  )
}
