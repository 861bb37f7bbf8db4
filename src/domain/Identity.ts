import type { Backend } from "./Backend.ts"

/** What makes a migration the same migration: everything else about it may change. */
export interface Identity {
  readonly backend: Backend
  readonly connection: string
  /** 14 digits, `YYYYMMDDHHMMSS`. */
  readonly version: string
  readonly name: string
}

/** `{version}_{name}_{backend}_{connection}`: the spelling used everywhere. Rendered, never parsed. */
export const canonical = (id: Identity): string => `${id.version}_${id.name}_${id.backend}_${id.connection}`

/** The canonical id, prefixed with the schema when the migration ran outside its home schema. */
export const rendered = (id: Identity, schema: string, home: string): string =>
  schema === "" || schema === home ? canonical(id) : `${schema}_${canonical(id)}`

/** `{version}_{name}`: how people speak of a migration. */
export const short = (id: Identity): string => `${id.version}_${id.name}`

/** The order in which independent migrations run: version, then connection, then name, by code unit. */
export const compare = (a: Identity, b: Identity): -1 | 0 | 1 =>
  order(a.version, b.version) ||
  order(a.connection, b.connection) ||
  order(a.name, b.name) ||
  order(a.backend, b.backend)

const order = (a: string, b: string): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0)
