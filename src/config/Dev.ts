import { randomBytes } from "node:crypto"
import * as Backend from "../domain/Backend.ts"
import * as Variable from "../domain/Variable.ts"
import type { Sources } from "./Connections.ts"
import * as Database from "./Database.ts"
import * as Lock from "./Lock.ts"
import type { Environment } from "./Reader.ts"
import * as State from "./State.ts"

/** An environment for a service that is only tried, and what was changed in it. */
export interface Dev {
  readonly environment: Environment
  /** What it was given to be asked with; nothing where somebody else has a token already. */
  readonly token?: string
  /** Variables that were set and do not count. */
  readonly aside: ReadonlyArray<string>
  /** The ports are the usual ones because nobody named others: any free one will do as well. */
  readonly anyPort: { readonly http: boolean; readonly grpc: boolean }
}

/** A service of this machine that speaks to a person. */
export const make = (environment: Environment): Dev => {
  const isSet = (name: string) => (environment[name] ?? "").trim() !== ""
  const known = isSet("BFM_API_TOKEN") || isSet("BFM_API_TOKENS_FILE")
  const token = known ? undefined : randomBytes(24).toString("base64url")
  const usual = { BFM_LOG_FORMAT: "text", BFM_LOG_LEVEL: "warning" }
  const unset = Object.entries(usual).filter(([name]) => !isSet(name))
  return {
    environment: {
      ...environment,
      ...Object.fromEntries(unset),
      ...(token === undefined ? {} : { BFM_API_TOKEN: token })
    },
    ...(token === undefined ? {} : { token }),
    aside: [],
    anyPort: { http: !isSet("BFM_HTTP_PORT"), grpc: !isSet("BFM_GRPC_PORT") }
  }
}

/** Of the service itself: it is asked in the clear, with a token of its own, and carries out what it is asked for. */
const ofService = [
  "BFM_API_TOKEN",
  "BFM_API_TOKENS_FILE",
  "BFM_LISTEN_ADDRESS",
  "BFM_TLS_CERT",
  "BFM_TLS_KEY",
  "BFM_QUEUE_ENABLED"
]

/**
 * The same with everything embedded that can be: no variable leads to a database of somebody else. GreptimeDB and etcd
 * stay where they are configured.
 */
export const embedded = (environment: Environment, sources: Sources): Dev => {
  const databases = placesOf(environment, sources)
  const aside = [
    ...ofService,
    ...State.variables,
    ...Lock.variables,
    ...[...databases.keys()].flatMap(prefix => Database.suffixes.map(suffix => `${prefix}_${suffix}`))
  ].filter(name => environment[name] !== undefined)
  const unneeded = [...databases].flatMap(([prefix, isKnown]) => (isKnown ? [] : [`${prefix}_BACKEND`]))
  const gone = new Set([...aside, ...unneeded])
  const kept = Object.fromEntries(Object.entries(environment).filter(([name]) => !gone.has(name)))
  const placed = [...databases].flatMap(([prefix, isKnown]) =>
    isKnown ? [[`${prefix}_DB_HOST`, "embedded"] as const] : []
  )
  return { ...make({ ...kept, ...Object.fromEntries(placed) }), aside }
}

/** The prefixes of all connections to PostgreSQL, and whether there are sources for them. */
const placesOf = (environment: Environment, sources: Sources): ReadonlyMap<string, boolean> => {
  const isPostgresql = (prefix: string) =>
    Backend.parse(environment[`${prefix}_BACKEND`] ?? "postgresql") === "postgresql"
  const known = [...sources].flatMap(([name, backends]) =>
    backends.has("postgresql") ? [Variable.prefixOf(name)] : []
  )
  const named = Object.keys(environment).flatMap(
    name => /^(?!BFM_)([A-Z0-9_]+)_BACKEND$/.exec(name)?.slice(1) ?? []
  )
  return new Map(
    [...new Set([...known, ...named])].filter(isPostgresql).map(prefix => [prefix, known.includes(prefix)])
  )
}
