import type { Backend } from "../../domain/Backend.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Status } from "../../domain/Status.ts"
import * as References from "../plan/References.ts"
import * as Detail from "./Detail.ts"
import type { View } from "./Snapshot.ts"

/** One migration among those that a migration depends on, or that depend on it. */
export interface Neighbour {
  /** Canonical. */
  readonly migration_id: string
  readonly version: string
  readonly name: string
  readonly connection: string
  readonly backend: Backend
  /** Of several schemas, that of the one that is least done. */
  readonly status: Status
}

/** What a migration depends on and what depends on it, however far, across connections. */
export interface Neighbourhood {
  readonly nodes: ReadonlyArray<Neighbour>
  /** `before` has to be applied first. Canonical ids. */
  readonly edges: ReadonlyArray<{ readonly before: string; readonly after: string }>
  /** What is written as a dependency and means nothing that there is. */
  readonly unknown: ReadonlyArray<{ readonly migration_id: string; readonly target: string }>
  /** True when there are more than are shown. */
  readonly partial: boolean
}

/** So many are drawn; nobody can look at more. */
const most = 150

/** A migration with its neighbours on the connections that may be seen; all of them when that is left out. */
export const around = (
  view: View,
  migration: Migration,
  permitted?: ReadonlyArray<string>
): Neighbourhood => {
  const references = view.index.world.references
  const sees = ({ connection }: Migration) => permitted?.includes(connection) !== false
  const before = new Map<Migration, ReadonlyArray<Migration>>()
  const after = new Map<Migration, Array<Migration>>()
  for (const each of view.catalog.migrations.filter(sees)) {
    const needs = each.dependsOn.flatMap(dependency => References.resolve(references, each, dependency))
    before.set(each, [...new Set(needs)].filter(sees))
    for (const need of before.get(each) ?? []) after.set(need, [...(after.get(need) ?? []), each])
  }
  const reached = [...new Set([...walk(migration, before), ...walk(migration, after)])]
  const shown = new Set(reached.slice(0, most))
  return {
    nodes: [...shown].map(each => neighbour(view, each)),
    edges: [...shown].flatMap(each =>
      (before.get(each) ?? [])
        .filter(need => shown.has(need))
        .map(need => ({ before: canonical(need), after: canonical(each) }))
    ),
    unknown: [...shown].flatMap(each =>
      each.dependsOn
        .filter(dependency => References.resolve(references, each, dependency).length === 0)
        .map(({ connection, target }) => ({
          migration_id: canonical(each),
          target: connection === undefined ? target : `${connection}/${target}`
        }))
    ),
    partial: shown.size < reached.length
  }
}

/** The nearest first. */
const walk = (
  from: Migration,
  next: ReadonlyMap<Migration, ReadonlyArray<Migration>>
): ReadonlyArray<Migration> => {
  const found = new Set([from])
  for (const each of found) for (const other of next.get(each) ?? []) found.add(other)
  return [...found]
}

const neighbour = (view: View, migration: Migration): Neighbour => ({
  migration_id: canonical(migration),
  version: migration.version,
  name: migration.name,
  connection: migration.connection,
  backend: migration.backend,
  status: Detail.standing(view, migration, undefined).status
})
