import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as DatabaseUrl from "../adapters/postgresql/DatabaseUrl.ts"
import {
  type PoolLimits,
  type PostgresqlSettings,
  type Server,
  tlsModes
} from "../adapters/postgresql/Settings.ts"
import * as Password from "./Password.ts"
import type { Reader } from "./Reader.ts"

/** What follows a prefix (`CORE`, `BFM_STATE`) in the variables of one database. */
export const suffixes = [
  "DB_URL",
  "DB_HOST",
  "DB_PORT",
  "DB_USERNAME",
  "DB_PASSWORD",
  "DB_PASSWORD_FILE",
  "DB_NAME",
  "DB_SSLMODE",
  "DB_SSLROOTCERT",
  "DB_SSLCERT",
  "DB_SSLKEY"
] as const

/** Parts that a URL names too: giving both is ambiguous. */
const inUrl = ["DB_HOST", "DB_PORT", "DB_USERNAME", "DB_NAME"] as const

export interface ServerDefaults {
  readonly host: string
  readonly username: string
  /** PostgreSQL's own default, the user's name, when absent. */
  readonly database?: string
}

export interface Defaults extends ServerDefaults {
  readonly embeddedDatabase: string
}

/** The PostgreSQL database of `{prefix}_DB_URL`, or of the single parts. */
export const decode = (
  reader: Reader,
  prefix: string,
  pool: PoolLimits,
  defaults: Defaults
): PostgresqlSettings =>
  isEmbedded(reader, prefix)
    ? {
        _tag: "Embedded",
        database: reader.text(`${prefix}_DB_NAME`) ?? defaults.embeddedDatabase,
        pool
      }
    : server(reader, prefix, pool, defaults, DatabaseUrl.postgresql)

/** Whether the host is the word for the PostgreSQL that BfM runs itself. */
export const isEmbedded = (reader: Reader, prefix: string): boolean =>
  reader.text(`${prefix}_DB_HOST`)?.toLowerCase() === "embedded"

/** The server's database of `{prefix}_DB_URL`, or of the single parts. */
export const server = (
  reader: Reader,
  prefix: string,
  pool: PoolLimits,
  defaults: ServerDefaults,
  scheme: DatabaseUrl.Scheme
): Server => {
  const name = (suffix: (typeof suffixes)[number]) => `${prefix}_${suffix}`
  const url = urlParts(reader, prefix, text => DatabaseUrl.parse(text, scheme)) ?? {}
  const username = url.username ?? reader.text(name("DB_USERNAME")) ?? defaults.username
  const variable = Password.decode(reader, name("DB_PASSWORD"))
  const password = url.password === undefined ? variable : Redacted.make(url.password)
  const tls = reader.oneOf(name("DB_SSLMODE"), tlsModes)
  const rootCertificate = reader.text(name("DB_SSLROOTCERT")) ?? url.rootCertificate
  const certificate = reader.text(name("DB_SSLCERT")) ?? url.certificate
  const key = reader.text(name("DB_SSLKEY")) ?? url.key
  if (certificate !== undefined && key === undefined)
    reader.report(name("DB_SSLKEY"), "is not set, but a certificate is, and it needs its key")
  if (key !== undefined && certificate === undefined)
    reader.report(name("DB_SSLCERT"), "is not set, but a key is, and it needs its certificate")
  return {
    _tag: "Server",
    host: url.host ?? reader.text(name("DB_HOST")) ?? defaults.host,
    port: url.port ?? port(reader, name("DB_PORT"), scheme.port),
    database: url.database ?? reader.text(name("DB_NAME")) ?? defaults.database ?? username,
    username,
    ...(password === undefined ? {} : { password }),
    tls: tls ?? url.tls ?? "prefer",
    ...(rootCertificate === undefined ? {} : { rootCertificate }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    pool
  }
}

/** The port that a variable names. */
export const port = (reader: Reader, name: string, fallback: number): number => {
  const value = reader.integer(name, fallback, 1)
  if (value <= 65_535) return value
  reader.report(name, "must be a port, 1 to 65535")
  return fallback
}

/** What `{prefix}_DB_URL` says; `undefined` when it is not set, or wrong, which is reported. */
export const urlParts = <Parts>(
  reader: Reader,
  prefix: string,
  parse: (text: string) => Either.Either<Parts, ReadonlyArray<string>>
): Parts | undefined => {
  const variable = `${prefix}_DB_URL`
  const text = reader.text(variable)
  if (text === undefined) return undefined
  const parts = inUrl.map(suffix => `${prefix}_${suffix}`).filter(name => reader.text(name) !== undefined)
  if (parts.length > 0)
    reader.report(variable, `is set together with ${parts.join(", ")}; keep one of the two`)
  return Either.match(parse(text), {
    onLeft: reasons => {
      for (const reason of reasons) reader.report(variable, reason)
      return undefined
    },
    onRight: found => found
  })
}
