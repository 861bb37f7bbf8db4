import * as Schema from "effect/Schema"
import { canonical, compare, type Identity, short } from "./Identity.ts"
import type { Migration } from "./Migration.ts"

/** One thing that is wrong with the sources. */
export const SourceProblem = Schema.Struct({
  /** Path below the SFM directory. */
  path: Schema.String,
  line: Schema.optional(Schema.Int),
  reason: Schema.String
})
export type SourceProblem = typeof SourceProblem.Type

/** Every migration that is known, in order, with what was wrong while reading them. */
export interface Catalog {
  readonly migrations: ReadonlyArray<Migration>
  readonly problems: ReadonlyArray<SourceProblem>
  /** By canonical id. */
  readonly byId: ReadonlyMap<string, Migration>
}

export const make = (
  migrations: ReadonlyArray<Migration>,
  problems: ReadonlyArray<SourceProblem> = []
): Catalog => {
  const sorted = [...migrations].sort(compare)
  return {
    migrations: sorted,
    problems,
    byId: new Map(sorted.map(migration => [canonical(migration), migration]))
  }
}

/** Connections that the sources speak of, with the backends under which they were found. */
export const connections = (catalog: Catalog): ReadonlyMap<string, ReadonlySet<Identity["backend"]>> => {
  const found = new Map<string, Set<Identity["backend"]>>()
  for (const { connection, backend } of catalog.migrations) {
    found.set(connection, (found.get(connection) ?? new Set()).add(backend))
  }
  return found
}

/**
 * Every spelling under which a migration can be asked for in the given schemas. Ids are looked up in an
 * index of these, never taken apart: names may contain anything, also `_` and whole other ids.
 */
export const spellings = (migration: Migration, schemas: ReadonlyArray<string>): ReadonlyArray<string> => {
  const brief = short(migration)
  const whole = canonical(migration)
  const forms = [whole, brief, `${migration.connection}_${brief}`]
  for (const schema of schemas) {
    if (schema === "") continue
    forms.push(`${schema}_${whole}`, `${schema}_${migration.connection}_${brief}`)
    if (migration.table !== undefined) forms.push(`${schema}_${migration.table}_${brief}`)
  }
  return forms
}
