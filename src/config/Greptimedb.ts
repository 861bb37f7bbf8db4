import * as Redacted from "effect/Redacted"
import { defaultDatabase, defaultPort, type GreptimedbSettings } from "../adapters/greptimedb/Settings.ts"
import * as Url from "../adapters/greptimedb/Url.ts"
import * as Database from "./Database.ts"
import * as Password from "./Password.ts"
import type { Reader } from "./Reader.ts"

/** What follows a connection's name in variables that only GreptimeDB has. */
export const suffixes = ["TLS_CA"] as const

/** The GreptimeDB of `{prefix}_DB_URL`, or of the single parts. */
export const decode = (reader: Reader, prefix: string): GreptimedbSettings => {
  const url = Database.urlParts(reader, prefix, Url.parse)
  const host = url?.host ?? reader.text(`${prefix}_DB_HOST`)
  const authority = reader.text(`${prefix}_TLS_CA`)
  const username = url?.username ?? reader.text(`${prefix}_DB_USERNAME`)
  const variable = Password.decode(reader, `${prefix}_DB_PASSWORD`)
  const password = url?.password === undefined ? variable : Redacted.make(url.password)
  if (url?.tls === false && authority !== undefined) {
    reader.report(`${prefix}_TLS_CA`, `is set, but ${prefix}_DB_URL begins with http://: write https://`)
  }
  if (host === undefined && !reader.isSet(`${prefix}_DB_URL`)) {
    reader.report(`${prefix}_DB_HOST`, `is not set, nor is ${prefix}_DB_URL`)
  }
  return {
    host: host ?? "localhost",
    port: url?.port ?? Database.port(reader, `${prefix}_DB_PORT`, defaultPort),
    tls: url?.tls ?? authority !== undefined,
    ...(authority === undefined ? {} : { authority }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    database: url?.database ?? reader.text(`${prefix}_DB_NAME`) ?? defaultDatabase
  }
}
