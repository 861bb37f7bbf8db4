import type { Catalog } from "../domain/Catalog.ts"
import type { Dependency } from "../domain/Dependency.ts"
import { short } from "../domain/Identity.ts"
import type { Migration } from "../domain/Migration.ts"

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

/** Words of the connection that look like the one that was not found, best first. */
export const similar = (references: References, connection: string, word: string): ReadonlyArray<string> => {
  const limit = Math.max(2, Math.floor(word.length / 4))
  return [...(references.byConnection.get(connection)?.keys() ?? [])]
    .map(candidate => ({ candidate, far: distance(word, candidate, limit) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Edit distance, given up beyond `limit`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      current.push(Math.min((current[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + same))
    }
    previous = current
  }
  return previous[b.length] ?? limit + 1
}
