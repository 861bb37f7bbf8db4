import * as Schema from "effect/Schema"
import type { RequirementKind } from "./Dependency.ts"

/** The kind of store that a connection leads to. */
export const Backend = Schema.Literal("postgresql", "greptimedb", "etcd")
export type Backend = typeof Backend.Type

/** What a kind of store can do; code outside an adapter asks this table, never the name. */
export interface Capabilities {
  /** A change and its ledger row commit together. */
  readonly transactional: boolean
  /** A change can be executed and taken back, to see whether it would succeed. */
  readonly rehearsable: boolean
  /** Extension of its scripts: `up.sql` or `up.json`. */
  readonly script: "sql" | "json"
  /** The longest name of a schema, in bytes. */
  readonly schemaNameBytes: number
  /** What `bfm-requires` can ask for. */
  readonly requirements: ReadonlyArray<RequirementKind>
  /** Migrations can be written as programs. */
  readonly programs: boolean
  /** What a change replaced is kept with its ledger entry: it can be taken back without a down script. */
  readonly capturesReplaced: boolean
  /** Its steps wait no longer than `bfm-lock-timeout` for the store's own locks. */
  readonly lockTimeout: boolean
  /** Its migrations can be run in a scratch database, whose objects are then compared: `bfm baseline`. */
  readonly rebuildable: boolean
  /** Migrations of other tools are taken over for it: `bfm import`. */
  readonly importable: boolean
  /** Its name as its makers write it. */
  readonly product: string
  /** The code of a step's failure that was called off, because somebody wanted the run to end at once. */
  readonly calledOff: string
}

export const capabilities: Record<Backend, Capabilities> = {
  postgresql: {
    transactional: true,
    rehearsable: true,
    script: "sql",
    schemaNameBytes: 63,
    requirements: ["table", "schema"],
    programs: true,
    capturesReplaced: false,
    lockTimeout: true,
    rebuildable: true,
    importable: true,
    product: "PostgreSQL",
    // query_canceled
    calledOff: "57014"
  },
  greptimedb: {
    transactional: false,
    rehearsable: false,
    script: "sql",
    schemaNameBytes: 128,
    requirements: ["table", "database"],
    programs: false,
    capturesReplaced: false,
    lockTimeout: false,
    rebuildable: false,
    importable: false,
    product: "GreptimeDB",
    calledOff: "cancelled"
  },
  etcd: {
    transactional: true,
    rehearsable: false,
    script: "json",
    schemaNameBytes: 1024,
    requirements: ["key"],
    programs: false,
    capturesReplaced: true,
    lockTimeout: false,
    rebuildable: false,
    importable: false,
    product: "etcd",
    calledOff: "BF015"
  }
}

export const all: ReadonlyArray<Backend> = Backend.literals

/** Whether a failure with this code says that the step was called off. */
export const isCalledOff = (code: string | undefined): boolean =>
  all.some(backend => capabilities[backend].calledOff === code)

/** Where connections of a backend are said to be: what follows the connection's name in its variables. */
export interface Whereabouts {
  /** Each of them alone makes a connection; the first is asked for where none is set. */
  readonly variables: readonly [string, ...ReadonlyArray<string>]
  /** The one that says everything. */
  readonly whole: string
  /** What to look at when it cannot be reached, for people; `of` puts the connection's name in front. */
  readonly told: (of: (suffix: string) => string) => string
}

const database: Whereabouts = {
  variables: ["DB_HOST", "DB_URL"],
  whole: "DB_URL",
  told: of => `${of("DB_HOST")}, _PORT, _NAME, _USERNAME and _PASSWORD (or ${of("DB_URL")})`
}

export const whereabouts: Record<Backend, Whereabouts> = {
  postgresql: database,
  greptimedb: database,
  etcd: { variables: ["ENDPOINTS", "DB_HOST"], whole: "ENDPOINTS", told: of => of("ENDPOINTS") }
}

/** What to look at when the state cannot be reached, for people. */
export const stateWhereabouts: string = database.told(suffix => `BFM_STATE_${suffix}`)

/** What may say where a connection is, whatever backend it is of. */
export const somewhere: ReadonlyArray<string> = [
  ...new Set(all.flatMap(backend => whereabouts[backend].variables))
]

/** Words with commas between, and one before the last: `PostgreSQL, GreptimeDB and etcd`. */
export const series = (words: ReadonlyArray<string>, conjunction: "and" | "or"): string =>
  words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${conjunction} ${words[words.length - 1]}`

/** The names of all products, for sentences. */
export const products: string = series(
  all.map(backend => capabilities[backend].product),
  "and"
)

/** The words for all backends, for sentences. */
export const words: string = series(all, "or")

/** The products that can do something, for sentences. */
export const able = (can: (capabilities: Capabilities) => boolean): string =>
  series(
    all.map(backend => capabilities[backend]).flatMap(found => (can(found) ? [found.product] : [])),
    "and"
  )

/** `postgres` is an accepted spelling of `postgresql`; letter case and blanks around do not count. */
export const parse = (text: string): Backend | undefined => {
  const name = text.trim().toLowerCase()
  return name === "postgres" ? "postgresql" : all.find(backend => backend === name)
}
