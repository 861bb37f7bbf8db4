import type { Catalog } from "../../domain/Catalog.ts"
import type { Dependency } from "../../domain/Dependency.ts"
import { short } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Spelling from "../../domain/Spelling.ts"

/** Every word by which a dependency can mean a migration, per connection. */
export interface References {
  readonly byConnection: ReadonlyMap<string, ReadonlyMap<string, ReadonlyArray<Migration>>>
}

/** `up`: what it depends on. `down`: what depends on it. */
export type Reach = "up" | "down"

export const make = (catalog: Catalog): References => {
  const byConnection = new Map<string, Map<string, Array<Migration>>>()
  for (const migration of catalog.migrations) {
    const words = byConnection.get(migration.connection) ?? new Map<string, Array<Migration>>()
    byConnection.set(migration.connection, words)
    for (const word of [migration.name, migration.version, short(migration)]) {
      const known = words.get(word)
      if (known === undefined) words.set(word, [migration])
      else known.push(migration)
    }
  }
  return { byConnection }
}

/** The migrations that a dependency means; none when it is unknown. A name that is used twice means both. */
export const resolve = (
  references: References,
  from: Migration,
  dependency: Dependency
): ReadonlyArray<Migration> =>
  (
    references.byConnection.get(dependency.connection ?? from.connection)?.get(dependency.target) ?? []
  ).filter(migration => migration !== from)

/** Connections that can be met when following dependencies from the given ones, themselves included. */
export const reach = (
  catalog: Catalog,
  references: References,
  from: ReadonlyArray<string>,
  direction: Reach
): ReadonlySet<string> => {
  const edges = new Map<string, Set<string>>()
  for (const migration of catalog.migrations) {
    for (const dependency of migration.dependsOn) {
      if (dependency.connection === undefined) continue
      for (const target of resolve(references, migration, dependency)) {
        const [tail, head] =
          direction === "up"
            ? [migration.connection, target.connection]
            : [target.connection, migration.connection]
        edges.set(tail, (edges.get(tail) ?? new Set()).add(head))
      }
    }
  }
  const found = new Set(from)
  const queue = [...from]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const head of edges.get(next) ?? []) {
      if (!found.has(head)) {
        found.add(head)
        queue.push(head)
      }
    }
  }
  return found
}

/** `; did you mean create_users?`, or nothing. */
export const hint = (references: References, connection: string, word: string): string =>
  Spelling.hint(word, references.byConnection.get(connection)?.keys() ?? [])
