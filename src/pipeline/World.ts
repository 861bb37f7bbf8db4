import * as Effect from "effect/Effect"
import type * as Catalog from "../domain/Catalog.ts"
import { SourceInvalid } from "../domain/Errors.ts"
import { canonical } from "../domain/Identity.ts"
import * as Ledger from "../domain/Ledger.ts"
import type { Migration } from "../domain/Migration.ts"
import { type Connection, Connections } from "../ports/Connections.ts"
import { Registry } from "../ports/Registry.ts"
import * as References from "./References.ts"

/** Everything that planning looks at, read beforehand: deciding needs no effect. */
export interface World {
  readonly catalog: Catalog.Catalog
  readonly connections: ReadonlyMap<string, Connection>
  readonly inspections: ReadonlyMap<string, Ledger.Inspection>
  readonly references: References.References
}

/** The ledger's entry for a migration in a schema. */
export type Lookup = (migration: Migration, schema: string) => Ledger.LedgerEntry | undefined

export const lookup = (world: World): Lookup => {
  const entries = new Map<string, Ledger.Places<Ledger.LedgerEntry>>()
  for (const [connection, inspection] of world.inspections)
    entries.set(connection, Ledger.placesOf(inspection))
  return (migration, schema) => entries.get(migration.connection)?.get(canonical(migration), schema)
}

/** Reads the sources; a source with problems is refused as a whole, before anything is asked of a store. */
export const catalog = Effect.fn("World.catalog")(function* () {
  const registry = yield* Registry
  const loaded = yield* registry.load
  if (loaded.problems.length > 0) {
    return yield* new SourceInvalid({ source: registry.source, problems: loaded.problems })
  }
  return loaded
})

/** Opens one connection and reads its ledger. */
export const inspect = Effect.fn("World.inspect")(function* (name: string) {
  const connections = yield* Connections
  const store = yield* connections.open(name)
  return yield* store.inspect
})

/**
 * Reads sources and ledgers: those of the named connections (all configured ones when none is named) and
 * of every connection from which (`up`) or on which (`down`) their migrations depend, however far.
 */
export const read = Effect.fn("World.read")(function* (
  names: ReadonlyArray<string>,
  direction: References.Reach
) {
  const { configured } = yield* Connections
  const first = names.length === 0 ? [...configured.keys()] : [...new Set(names)]
  // The stores are asked while the sources are read: neither waits for the other.
  const asked = yield* Effect.fork(Effect.forEach(first, inspect, { concurrency: "unbounded" }))
  yield* Effect.yieldNow()
  const loaded = yield* catalog()
  const references = References.make(loaded)
  const further = [...References.reach(loaded, references, first, direction)].filter(
    name => !first.includes(name) && configured.has(name)
  )
  const inspections = [
    ...(yield* asked),
    ...(yield* Effect.forEach(further, inspect, { concurrency: "unbounded" }))
  ]
  const world: World = {
    catalog: loaded,
    connections: configured,
    inspections: new Map(inspections.map(inspection => [inspection.connection, inspection])),
    references
  }
  return world
})
