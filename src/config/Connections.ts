import { type EtcdSettings, address as etcdAddress } from "../adapters/etcd/Settings.ts"
import * as GreptimedbSettings from "../adapters/greptimedb/Settings.ts"
import { address, type PoolLimits, type PostgresqlSettings } from "../adapters/postgresql/Settings.ts"
import * as Backend from "../domain/Backend.ts"
import * as Spelling from "../domain/Spelling.ts"
import { prefixOf } from "../domain/Variable.ts"
import type { Connection } from "../ports/Connections.ts"
import * as Database from "./Database.ts"
import * as Etcd from "./Etcd.ts"
import * as Greptimedb from "./Greptimedb.ts"
import type { Environment, Reader } from "./Reader.ts"
import * as Tenants from "./Tenants.ts"

/** Connections that the sources speak of, with the backends under which they were found. */
export type Sources = ReadonlyMap<string, ReadonlySet<Backend.Backend>>

/** A connection that can be opened. */
export type ConnectionConfig = Place &
  (
    | { readonly backend: "postgresql"; readonly settings: PostgresqlSettings }
    | { readonly backend: "etcd"; readonly settings: EtcdSettings; readonly prefix: string }
    | { readonly backend: "greptimedb"; readonly settings: GreptimedbSettings.GreptimedbSettings }
  )

interface Place {
  readonly connection: Connection
  /** Where BfM keeps its ledger in the target. */
  readonly ledgerSchema: string
}

/** What follows a connection's name in its variables. */
export const suffixes = [
  "BACKEND",
  "SCHEMA",
  "SCHEMA_MODE",
  "LEDGER_SCHEMA",
  "TENANTS",
  ...Database.suffixes,
  ...Etcd.suffixes,
  ...Greptimedb.suffixes
]

/** The variables of one connection, before its backend is known for sure. */
interface Candidate {
  readonly prefix: string
  readonly name: string
  readonly known: ReadonlySet<Backend.Backend>
}

/** Every connection that the environment configures, or that the sources name and the environment places. */
export const decode = (
  reader: Reader,
  environment: Environment,
  sources: Sources,
  pool: PoolLimits
): ReadonlyMap<string, ConnectionConfig> => {
  const found = new Map<string, ConnectionConfig>()
  for (const candidate of candidates(reader, environment, sources)) {
    const backend = backendOf(reader, candidate)
    if (backend === undefined) continue
    const decoded = decoders[backend](reader, candidate, pool)
    if (decoded !== undefined) found.set(candidate.name, decoded)
  }
  return found
}

/** Nothing is configured: every PostgreSQL connection of the sources gets a database of the embedded server. */
export const embedded = (
  reader: Reader,
  sources: Sources,
  pool: PoolLimits
): ReadonlyMap<string, ConnectionConfig> =>
  new Map(
    [...sources]
      .filter(([, backends]) => backends.has("postgresql"))
      .map(([name]) => [
        name,
        postgresql(reader, { prefix: prefixOf(name), name }, { _tag: "Embedded", database: name, pool })
      ])
  )

/** Whether a variable, or what was to be one, is about a connection of the sources. */
export const isOf = (sources: Sources, variable: string): boolean =>
  [...sources.keys()].some(name => variable.startsWith(`${prefixOf(name)}_`))

/** A variable without a value is a secret that did not arrive: who wrote it did not mean the embedded server. */
export const emptied = (reader: Reader, environment: Environment, sources: Sources): void => {
  for (const prefix of new Set([...sources.keys()].map(prefixOf))) {
    for (const suffix of Backend.somewhere) {
      const variable = `${prefix}_${suffix}`
      if (environment[variable]?.trim() === "")
        reader.report(variable, "is set to nothing: say where the database is, or leave the variable out")
    }
  }
}

const candidates = (reader: Reader, environment: Environment, sources: Sources): ReadonlyArray<Candidate> => {
  const byPrefix = new Map<string, Candidate>()
  for (const [name, known] of sources) {
    const prefix = prefixOf(name)
    const other = byPrefix.get(prefix)
    if (other === undefined) byPrefix.set(prefix, { prefix, name, known })
    else if (placed(reader, prefix)) {
      reader.report(
        `${prefix}_*`,
        `means both connection ${other.name} and connection ${name}; rename one of them`
      )
    }
  }
  for (const variable of Object.keys(environment)) {
    const prefix = backendPrefix(variable)
    if (prefix === undefined || byPrefix.has(prefix)) continue
    byPrefix.set(prefix, { prefix, name: prefix.toLowerCase(), known: new Set() })
  }
  return [...byPrefix.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** `CORE` of `CORE_BACKEND`; BfM's own variables are never a connection. */
const backendPrefix = (variable: string): string | undefined =>
  variable.startsWith("BFM_") ? undefined : variable.match(/^([A-Z0-9_]+)_BACKEND$/)?.[1]

/** Whether the environment says where the connection is. */
const placed = (reader: Reader, prefix: string): boolean =>
  Backend.somewhere.some(suffix => reader.isSet(`${prefix}_${suffix}`))

/** `undefined`: this is no connection of ours, or a problem was reported. */
const backendOf = (reader: Reader, { prefix, name, known }: Candidate): Backend.Backend | undefined => {
  const variable = `${prefix}_BACKEND`
  const text = reader.text(variable)
  if (text === undefined) {
    if (!placed(reader, prefix)) return undefined
    const [only] = known
    if (known.size === 1) return only
    reader.report(variable, `must be set: ${name} has migrations under ${[...known].join(" and ")}`)
    return undefined
  }
  const backend = Backend.parse(text)
  if (backend === undefined) {
    // STORAGE_BACKEND=s3 is nobody's connection; only a name from the sources makes it one.
    if (known.size > 0) reader.report(variable, `must be one of ${Backend.all.join(", ")}`)
    return undefined
  }
  if (placed(reader, prefix) || (known.size > 0 && backend !== "postgresql")) return backend
  if (known.size > 0) {
    reader.report(`${prefix}_DB_HOST`, `is not set, nor is ${prefix}_DB_URL; "embedded" needs no server`)
  }
  return undefined
}

const defaults = { host: "localhost", username: "postgres" }

/** What each backend makes of the variables of a connection. */
const decoders: Record<
  Backend.Backend,
  (reader: Reader, candidate: Candidate, pool: PoolLimits) => ConnectionConfig | undefined
> = {
  postgresql: (reader, candidate, pool) =>
    postgresql(
      reader,
      candidate,
      Database.decode(reader, candidate.prefix, pool, { ...defaults, embeddedDatabase: candidate.name })
    ),
  greptimedb: (reader, candidate) => {
    const settings = Greptimedb.decode(reader, candidate.prefix)
    return {
      ...place(reader, candidate, "greptimedb", GreptimedbSettings.address(settings)),
      backend: "greptimedb",
      settings
    }
  },
  etcd
}

function etcd(reader: Reader, candidate: Candidate): ConnectionConfig | undefined {
  const { prefix, name } = candidate
  const settings = Etcd.decode(reader, prefix, Etcd.timeout(reader, prefix))
  if (!placed(reader, prefix)) {
    reader.report(`${prefix}_ENDPOINTS`, `is not set: where is the etcd of ${name}?`)
  }
  return {
    ...place(reader, candidate, "etcd", etcdAddress(settings)),
    backend: "etcd",
    settings,
    prefix: reader.text(`${prefix}_PREFIX`) ?? "/"
  }
}

type Named = Pick<Candidate, "prefix" | "name">

const postgresql = (reader: Reader, named: Named, settings: PostgresqlSettings): ConnectionConfig => {
  const { connection, ledgerSchema } = place(reader, named, "postgresql", address(settings))
  const sessions = settings.pool.maxConnections
  return { connection: { ...connection, sessions }, ledgerSchema, backend: "postgresql", settings }
}

/** What is said of a connection in the same way whatever its backend is. */
const place = (reader: Reader, { prefix, name }: Named, backend: Backend.Backend, address: string): Place => {
  const tenants = Tenants.decode(reader, `${prefix}_TENANTS`, backend)
  const ledgerSchema = reader.text(`${prefix}_LEDGER_SCHEMA`) ?? "bfm"
  return {
    connection: {
      name,
      backend,
      address,
      schema: reader.text(`${prefix}_SCHEMA`) ?? "",
      schemaMode: reader.oneOf(`${prefix}_SCHEMA_MODE`, ["fixed", "dynamic"]) ?? "fixed",
      ledgerSchema,
      ...(tenants === undefined ? {} : { tenants })
    },
    ledgerSchema
  }
}

/** A `*_BACKEND` that made no connection and yet looks as if it was meant to. */
export const lookAlikes = (reader: Reader, environment: Environment, sources: Sources) => {
  const known = new Set([...sources.keys()].map(prefixOf))
  return Object.entries(environment).flatMap(([variable, value]) => {
    const prefix = backendPrefix(variable)
    if (prefix === undefined || known.has(prefix) || !value) return []
    const backend = Backend.parse(value)
    const isPlaced = placed(reader, prefix)
    if (backend !== undefined && !isPlaced) {
      const places = Backend.whereabouts[backend].variables.map(suffix => `${prefix}_${suffix}`)
      return [`${variable} is set, but neither ${places.join(" nor ")}: no connection was made`]
    }
    return backend === undefined && (isPlaced || misspelt(value))
      ? [`${variable} is not one of ${Backend.all.join(", ")}: no connection was made`]
      : []
  })
}

/** Where there is no connection at all: places of which nobody said that they are a connection's. */
export const strays = (environment: Environment): ReadonlyArray<string> =>
  Object.entries(environment).flatMap(([variable, value = ""]) => {
    const prefix = variable.match(/^(?!BFM_)([A-Z0-9_]+)_DB_URL$/)?.[1]
    return prefix !== undefined && /^\s*postgres(ql)?:/.test(value) && !environment[`${prefix}_BACKEND`]
      ? [
          `${variable} is set, but ${prefix}_BACKEND is not, and no migration is of ${prefix.toLowerCase()}: no connection was made`
        ]
      : []
  })

const misspelt = (value: string): boolean =>
  Spelling.nearest(value.trim(), [...Backend.all, "postgres"]) !== undefined
