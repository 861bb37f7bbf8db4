import * as Redacted from "effect/Redacted"
import { defaultTimeout, type EtcdSettings, type TlsFiles, type Variable } from "../adapters/etcd/Settings.ts"
import * as Password from "./Password.ts"
import type { Reader } from "./Reader.ts"

/** What follows a prefix (`METADATA`, `BFM_LOCK`) in the variables of one etcd, and is its alone. */
export const suffixes = ["ENDPOINTS", "TLS_CA", "TLS_CERT", "TLS_KEY"] as const

const port = 2379

/** Milliseconds that one call may take: `{CONN}_TIMEOUT`. */
export const timeout = (reader: Reader, prefix: string): number =>
  Math.max(1, reader.duration(`${prefix}_TIMEOUT`, defaultTimeout))

/** Variables of the etcd that `{prefix}_ENDPOINTS` names, or that stands where a database would. */
export const decode = (reader: Reader, prefix: string, timeout: number): EtcdSettings => {
  const variables = variablesOf(reader, prefix)
  const files = filesOf(reader, variables)
  const { endpoints, tls } = endpointsOf(reader, prefix, variables.endpoints, files)
  const username = reader.text(variables.username)
  const password = Password.decode(reader, variables.password)
  const isFile = password !== undefined && !Redacted.isRedacted(password)
  if (username !== undefined && password === undefined) {
    reader.report(
      variables.password,
      `is not set, but ${variables.username} is; set it, to nothing if there is none`
    )
  }
  return {
    endpoints,
    tls,
    files,
    ...(username === undefined ? {} : { username }),
    ...(username === undefined || password === undefined ? {} : { password }),
    timeout,
    // What is wrong with the file is not wrong with the variable that is not set.
    variables: isFile ? { ...variables, password: `${variables.password}${Password.inFile}` } : variables
  }
}

/** `CORE_DB_USERNAME` is what every other connection has. */
const variablesOf = (reader: Reader, prefix: string): Record<Variable, string> => {
  const either = (suffix: string) =>
    [suffix, `${suffix}${Password.inFile}`].some(name => reader.isSet(`${prefix}_DB_${name}`))
      ? `${prefix}_DB_${suffix}`
      : `${prefix}_${suffix}`
  return {
    endpoints: `${prefix}_${reader.isSet(`${prefix}_ENDPOINTS`) ? "ENDPOINTS" : "DB_HOST"}`,
    username: either("USERNAME"),
    password: either("PASSWORD"),
    ca: `${prefix}_TLS_CA`,
    cert: `${prefix}_TLS_CERT`,
    key: `${prefix}_TLS_KEY`
  }
}

const filesOf = (reader: Reader, variables: Record<Variable, string>): TlsFiles => {
  const [ca, cert, key] = [variables.ca, variables.cert, variables.key].map(name => reader.text(name))
  if (cert !== undefined && key === undefined)
    reader.report(variables.key, `is not set, but ${variables.cert} is`)
  if (key !== undefined && cert === undefined)
    reader.report(variables.cert, `is not set, but ${variables.key} is`)
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key })
  }
}

const ENDPOINT = /^(?:(https?):\/\/)?(\[[\da-fA-F:]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?\/?$/

const endpointsOf = (
  reader: Reader,
  prefix: string,
  variable: string,
  files: TlsFiles
): Pick<EtcdSettings, "endpoints" | "tls"> => {
  const schemes = new Set<string>()
  const endpoints: Array<string> = []
  for (const text of listed(reader, prefix)) {
    const [, scheme, host, number] = ENDPOINT.exec(text) ?? []
    if (host === undefined)
      reader.report(variable, "must be host:port, or https://host:port; several with commas between")
    else endpoints.push(`${host}:${number ?? port}`)
    if (scheme !== undefined) schemes.add(scheme)
  }
  const some = Object.keys(files).length > 0
  if (schemes.size > 1) reader.report(variable, "has both http and https: all endpoints must be of one kind")
  else if (schemes.has("http") && some) reader.report(variable, "says http, but files for TLS are set")
  return { endpoints, tls: schemes.has("https") || (some && !schemes.has("http")) }
}

/** As they are written: a connection may also say where it is as every other does. */
const listed = (reader: Reader, prefix: string): ReadonlyArray<string> => {
  const text = reader.text(`${prefix}_ENDPOINTS`)
  if (text !== undefined) {
    return text
      .split(",")
      .map(part => part.trim())
      .filter(part => part !== "")
  }
  const host = reader.text(`${prefix}_DB_HOST`)
  const number = reader.text(`${prefix}_DB_PORT`)
  return host === undefined ? [] : [number === undefined ? host : `${host}:${number}`]
}
