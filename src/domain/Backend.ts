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
}

export const capabilities: Record<Backend, Capabilities> = {
  postgresql: {
    transactional: true,
    rehearsable: true,
    script: "sql",
    schemaNameBytes: 63,
    requirements: ["table", "schema"],
    programs: true,
    capturesReplaced: false
  },
  greptimedb: {
    transactional: false,
    rehearsable: false,
    script: "sql",
    schemaNameBytes: 128,
    requirements: ["table", "database"],
    programs: false,
    capturesReplaced: false
  },
  etcd: {
    transactional: true,
    rehearsable: false,
    script: "json",
    schemaNameBytes: 1024,
    requirements: ["key"],
    programs: false,
    capturesReplaced: true
  }
}

export const all: ReadonlyArray<Backend> = Backend.literals

/** `postgres` is an accepted spelling of `postgresql`; letter case and blanks around do not count. */
export const parse = (text: string): Backend | undefined => {
  const name = text.trim().toLowerCase()
  return name === "postgres" ? "postgresql" : all.find(backend => backend === name)
}
