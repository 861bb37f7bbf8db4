import * as Effect from "effect/Effect"
import type * as Catalog from "../../domain/Catalog.ts"
import { SourceInvalid, StoreRefused } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type * as Ledger from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import { type Connection, Connections } from "../../ports/Connections.ts"
import { Registry } from "../../ports/Registry.ts"
import * as References from "./References.ts"

/** Everything that planning looks at, read beforehand: deciding needs no effect. */
export interface World<Seen extends Ledger.Survey = Ledger.Survey> {
  readonly catalog: Catalog.Catalog
  readonly connections: ReadonlyMap<string, Connection>
  readonly inspections: ReadonlyMap<string, Seen>
  readonly references: References.References
  /** Names of tenants, by connection: of those that say where they come from, and only where they were asked for. */
  readonly tenants: ReadonlyMap<string, ReadonlyArray<string>>
}

/** What the ledger says of a migration in a schema. */
export type Lookup = (migration: Migration, schema: string) => Ledger.Mark | undefined

export const lookup = (world: World): Lookup => {
  const marks = new Map<string, Map<string, Ledger.Mark>>()
  for (const { groups } of world.inspections.values()) {
    for (const { mark, schemas } of groups) {
      const known = marks.get(mark.migrationId) ?? new Map<string, Ledger.Mark>()
      marks.set(mark.migrationId, known)
      for (const schema of schemas) known.set(schema, mark)
    }
  }
  let last:
    | { readonly migration: Migration; readonly marks: Map<string, Ledger.Mark> | undefined }
    | undefined
  return (migration, schema) => {
    // One migration is asked for in thousands of schemas.
    if (last?.migration !== migration) last = { migration, marks: marks.get(canonical(migration)) }
    return last.marks?.get(schema)
  }
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

/** The same as far as planning has to know it. */
export const survey = Effect.fn("World.survey")(function* (name: string) {
  const connections = yield* Connections
  const store = yield* connections.open(name)
  return yield* store.survey
})

/** The names of a connection's tenants, each once; `undefined` where nobody says what they are. */
export const tenantsOf = Effect.fn("World.tenantsOf")(function* (name: string) {
  const connections = yield* Connections
  const tenants = connections.configured.get(name)?.tenants
  if (tenants === undefined) return undefined
  if (tenants._tag === "List") return tenants.names
  const store = yield* connections.open(name)
  const names = yield* store.tenants(tenants.text)
  if (!names.includes("")) return [...new Set(names)]
  const reason = "one of the rows has no name"
  return yield* new StoreRefused({ connection: name, action: "read the tenants", reason })
})

/**
 * Reads sources and ledgers: those of the named connections (all configured ones when none is named) and
 * of every connection from which (`up`) or on which (`down`) their migrations depend, however far. `tenants`:
 * also the names of their tenants.
 */
export const read = Effect.fn("World.read")(function* (
  names: ReadonlyArray<string>,
  direction: References.Reach,
  tenants = false
) {
  const { configured } = yield* Connections
  const first = names.length === 0 ? [...configured.keys()] : [...new Set(names)]
  // The stores are asked while the sources are read: neither waits for the other.
  const asked = yield* Effect.fork(Effect.forEach(first, survey, { concurrency: "unbounded" }))
  const called = yield* Effect.fork(
    Effect.forEach(tenants ? first : [], tenantsOf, { concurrency: "unbounded" })
  )
  yield* Effect.yieldNow()
  const loaded = yield* catalog()
  const references = References.make(loaded)
  const further = [...References.reach(loaded, references, first, direction)].filter(
    name => !first.includes(name) && configured.has(name)
  )
  const inspections = [
    ...(yield* asked),
    ...(yield* Effect.forEach(further, survey, { concurrency: "unbounded" }))
  ]
  const found = yield* called
  const counted = yield* Effect.forEach(
    barriers(loaded).filter(name => configured.has(name) && !(tenants && first.includes(name))),
    name => Effect.map(tenantsOf(name), names => [name, names] as const),
    { concurrency: "unbounded" }
  )
  const world: World = {
    catalog: loaded,
    connections: configured,
    inspections: new Map(inspections.map(inspection => [inspection.connection, inspection])),
    references,
    tenants: new Map(
      [...found.map((names, index) => [first[index] ?? "", names] as const), ...counted].flatMap(
        ([name, names]) => (names === undefined ? [] : [[name, names] as const])
      )
    )
  }
  return world
})

/** Connections whose tenants are counted before some migration may run. */
const barriers = ({ migrations }: Catalog.Catalog): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const { connection, dependsOn } of migrations) {
    for (const dependency of dependsOn) {
      if (dependency.tenants !== undefined) found.add(dependency.connection ?? connection)
    }
  }
  return [...found]
}
