import type { Execution } from "../../domain/Execution.ts"
import { canonical, compare, type Identity } from "../../domain/Identity.ts"
import * as Ledger from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { StatusItem } from "../../domain/Status.ts"
import type { Connection } from "../../ports/Connections.ts"
import type { HeldLock } from "../../ports/Lock.ts"
import { timestamp } from "../execute/Reconcile.ts"
import * as Changed from "../plan/Changed.ts"
import * as Placement from "../plan/Placement.ts"
import * as Problem from "../plan/Problem.ts"
import type { World } from "../plan/World.ts"

/** What the state knows and the ledgers do not. */
export interface Memory {
  readonly executions: ReadonlyArray<Execution>
  readonly held: ReadonlyArray<HeldLock>
}

/** Where an item stands in every list. */
export type Place = Identity & { readonly schema: string }

/** The order of every list: by migration, then by schema. */
export const byPlace = (a: Place, b: Place): number =>
  compare(a, b) || (a.schema < b.schema ? -1 : a.schema > b.schema ? 1 : 0)

/** Every migration of a connection in every schema in which it is at home, asked for, applied or remembered. */
export const itemsOf = (
  world: World,
  inspection: Ledger.Inspection,
  memory: Memory,
  requested: ReadonlyArray<string>
): ReadonlyArray<StatusItem> => {
  const connection = world.connections.get(inspection.connection)
  if (connection === undefined) return []
  const entries = new Map(
    inspection.entries.map(entry => [Ledger.key(entry.migrationId, entry.schema), entry])
  )
  const memories = memoriesOf(inspection.connection, memory)
  const wanted = new Set(requested)
  const places = new Map<string, Set<string>>()
  for (const { migrationId, schema } of entries.values()) add(places, migrationId, schema)
  for (const { migration_id, schema } of memories.values()) add(places, migration_id, schema)
  const known = world.catalog.migrations
    .filter(({ connection: name }) => name === inspection.connection)
    .flatMap(migration =>
      placesOf(migration, connection, places, wanted).map(schema => {
        const key = Ledger.key(canonical(migration), schema)
        return item(world, migration, schema, entries.get(key), memories.get(key), memory.held)
      })
    )
  const missing = inspection.entries
    .filter(entry => !world.catalog.byId.has(entry.migrationId))
    .map(lost(connection))
  return [...known, ...missing].sort(byPlace)
}

/**
 * The same for a connection that cannot be asked: what the state remembers of it, each item marked as
 * remembered.
 */
export const rememberedOf = (
  world: World,
  connection: Connection,
  memory: Memory
): ReadonlyArray<StatusItem> => {
  const memories = memoriesOf(connection.name, memory)
  const places = new Map<string, Set<string>>()
  for (const { migration_id, schema } of memories.values()) add(places, migration_id, schema)
  const known = world.catalog.migrations
    .filter(({ connection: name }) => name === connection.name)
    .flatMap(migration =>
      placesOf(migration, connection, places, new Set()).map(schema => {
        const found = memories.get(Ledger.key(canonical(migration), schema))
        const pending = item(world, migration, schema, undefined, found, memory.held)
        return found?.status === "applied" ? { ...pending, ...applied(found) } : pending
      })
    )
  const missing = [...memories.values()]
    .filter(({ status, migration_id }) => status === "applied" && !world.catalog.byId.has(migration_id))
    .map(gone)
  return [...known, ...missing].sort(byPlace).map(found => ({ ...found, remembered: true }))
}

const memoriesOf = (connection: string, { executions }: Memory): ReadonlyMap<string, Execution> =>
  new Map(
    executions
      .filter(execution => execution.connection === connection)
      .map(execution => [Ledger.key(execution.migration_id, execution.schema), execution])
  )

const add = (places: Map<string, Set<string>>, id: string, schema: string): void => {
  places.set(id, (places.get(id) ?? new Set()).add(schema))
}

/** Where a run with the same schemas would apply it, and where it stands already. */
const placesOf = (
  migration: Migration,
  connection: Connection,
  places: Map<string, Set<string>>,
  requested: ReadonlySet<string>
): ReadonlyArray<string> => {
  const id = canonical(migration)
  const own = Placement.home(migration, connection)
  const named = migration.schema._tag !== "Fixed" && requested.size > 0
  for (const schema of named ? requested : own === undefined ? [] : [own]) add(places, id, schema)
  const schemas = [...(places.get(id) ?? [""])]
  return schemas.filter(schema => requested.size === 0 || requested.has(schema)).sort()
}

const item = (
  world: World,
  migration: Migration,
  schema: string,
  entry: Ledger.LedgerEntry | undefined,
  memory: Execution | undefined,
  held: ReadonlyArray<HeldLock>
): StatusItem => {
  const id = Problem.shownId(world, migration, schema)
  const busy = held.some(lock => lock.connection === migration.connection && lock.schema === schema)
  return {
    migration_id: id,
    schema,
    version: migration.version,
    name: migration.name,
    connection: migration.connection,
    backend: migration.backend,
    applied: entry?.state === "applied",
    ...standing(id, migration, schema, entry, memory, busy),
    ...(Object.keys(migration.tags).length === 0 ? {} : { tags: migration.tags })
  }
}

const standing = (
  id: string,
  migration: Migration,
  schema: string,
  entry: Ledger.LedgerEntry | undefined,
  memory: Execution | undefined,
  busy: boolean
): Pick<StatusItem, "status" | "applied_at" | "actor" | "method" | "note"> => {
  if (entry?.state === "running") {
    const how =
      entry.direction === "up" ? "bfm migrate up goes on with it" : `bfm migrate down ${id} goes on with it`
    return busy
      ? { status: "running", actor: entry.actor }
      : { status: "interrupted", note: memory?.error ?? how }
  }
  if (entry !== undefined) {
    const who = { applied_at: timestamp(entry.appliedAt), actor: entry.actor, method: entry.method }
    return Changed.verdict(entry, migration) === "changed"
      ? { status: "changed", ...who, note: `applied text differs: bfm validate ${id}` }
      : { status: "applied", ...who }
  }
  if (memory?.status === "failed")
    return { status: "failed", ...(memory.error === undefined ? {} : { note: memory.error }) }
  if (memory?.status === "rolled_back")
    return { status: "rolled_back", actor: memory.actor, method: memory.method }
  return schema === "" && migration.schema._tag === "Dynamic"
    ? { status: "pending", note: "needs a schema" }
    : { status: "pending" }
}

/** In the ledger, and no longer among the sources. */
const lost =
  (connection: Connection) =>
  (entry: Ledger.LedgerEntry): StatusItem => ({
    migration_id: entry.migrationId,
    schema: entry.schema,
    version: entry.version,
    name: entry.name,
    connection: entry.connection,
    backend: connection.backend,
    applied: entry.state === "applied",
    status: "missing",
    applied_at: timestamp(entry.appliedAt),
    actor: entry.actor,
    method: entry.method,
    note: "applied, but no longer in the sources"
  })

const applied = ({ at, actor, method }: Execution): Partial<StatusItem> => ({
  applied: true,
  status: "applied",
  applied_at: timestamp(at),
  actor,
  method
})

/** Remembered as applied, and no longer among the sources. */
const gone = (memory: Execution): StatusItem => ({
  migration_id: memory.migration_id,
  schema: memory.schema,
  version: memory.version,
  name: memory.name,
  connection: memory.connection,
  backend: memory.backend,
  ...applied(memory),
  applied: true,
  status: "missing",
  note: "applied, but no longer in the sources"
})
