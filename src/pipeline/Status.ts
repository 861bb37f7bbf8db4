import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Catalog from "../domain/Catalog.ts"
import { canonical, compare } from "../domain/Identity.ts"
import * as Ledger from "../domain/Ledger.ts"
import type { Migration } from "../domain/Migration.ts"
import type { Execution } from "../domain/Run.ts"
import type { ConnectionStatus, StatusItem, StatusReport } from "../domain/Status.ts"
import { type Connection, Connections } from "../ports/Connections.ts"
import { type HeldLock, Lock } from "../ports/Lock.ts"
import { StateStore } from "../ports/StateStore.ts"
import * as Changed from "./Changed.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import { timestamp } from "./Reconcile.ts"
import * as References from "./References.ts"
import * as World from "./World.ts"

/** What is asked for; empty means everything. */
export interface Query {
  readonly connections: ReadonlyArray<string>
  readonly schemas: ReadonlyArray<string>
}

/**
 * Every known migration in every schema in which it is at home, asked for, applied or remembered. The
 * ledgers say what is applied; the state adds what they cannot know, and may be away.
 */
export const report = Effect.fn("Status.report")(function* (query: Query) {
  const { configured } = yield* Connections
  const names = query.connections.length === 0 ? [...configured.keys()] : query.connections
  const memory = yield* Effect.fork(Effect.either(remembered(names)))
  const catalog = yield* World.catalog()
  const inspections = yield* Effect.forEach(names, name => Effect.either(World.inspect(name)), {
    concurrency: "unbounded"
  })
  const recalled = yield* memory
  const known = Either.getOrElse(recalled, () => ({ executions: [], held: [] }))
  const found = inspections.filter(Either.isRight).map(({ right }) => right)
  const world: World.World = {
    catalog,
    connections: configured,
    inspections: new Map(found.map(inspection => [inspection.connection, inspection])),
    references: References.make(catalog)
  }
  const items = found.flatMap(inspection =>
    itemsOf(world, inspection, known.executions, known.held, query.schemas)
  )
  const connections = [
    ...names.map((name, index) => describe(configured.get(name), name, inspections[index], items)),
    ...(query.connections.length === 0 ? unconfigured(catalog, configured) : [])
  ]
  const result: StatusReport = {
    items,
    total: items.length,
    connections,
    warnings: Either.isLeft(recalled) ? [`${recalled.left.message}; failures and history are not shown`] : []
  }
  return result
})

const remembered = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const state = yield* StateStore
  const lock = yield* Lock
  const executions = yield* state.executions(names)
  // Who works now matters only to what is under way.
  return { executions, held: yield* lock.held }
})

const itemsOf = (
  world: World.World,
  inspection: Ledger.Inspection,
  executions: ReadonlyArray<Execution>,
  held: ReadonlyArray<HeldLock>,
  requested: ReadonlyArray<string>
): ReadonlyArray<StatusItem> => {
  const connection = world.connections.get(inspection.connection)
  if (connection === undefined) return []
  const entries = new Map(
    inspection.entries.map(entry => [Ledger.key(entry.migrationId, entry.schema), entry])
  )
  const memories = new Map(
    executions
      .filter(item => item.connection === inspection.connection)
      .map(item => [Ledger.key(item.migration_id, item.schema), item])
  )
  const places = new Map<string, Set<string>>()
  for (const { migrationId, schema } of entries.values()) add(places, migrationId, schema)
  for (const { migration_id, schema } of memories.values()) add(places, migration_id, schema)
  const migrations = world.catalog.migrations.filter(({ connection: name }) => name === inspection.connection)
  const items = migrations.flatMap(migration => {
    const own = Placement.home(migration, connection)
    for (const schema of own !== undefined ? [own] : requested) add(places, canonical(migration), schema)
    const schemas = [...(places.get(canonical(migration)) ?? [""])]
    return schemas
      .filter(schema => requested.length === 0 || requested.includes(schema))
      .sort()
      .map(schema => {
        const key = Ledger.key(canonical(migration), schema)
        return item(world, migration, schema, entries.get(key), memories.get(key), held)
      })
  })
  const missing = inspection.entries
    .filter(entry => !world.catalog.byId.has(entry.migrationId))
    .map(lost(connection))
  return [...items, ...missing].sort((a, b) => compare(a, b) || (a.schema < b.schema ? -1 : 1))
}

const add = (places: Map<string, Set<string>>, id: string, schema: string): void => {
  places.set(id, (places.get(id) ?? new Set()).add(schema))
}

const item = (
  world: World.World,
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

const describe = (
  connection: Connection | undefined,
  name: string,
  inspection: Either.Either<Ledger.Inspection, { readonly message: string }> | undefined,
  items: ReadonlyArray<StatusItem>
): ConnectionStatus => {
  const counts: Record<string, number> = {}
  for (const { connection: of, status } of items) if (of === name) counts[status] = (counts[status] ?? 0) + 1
  return {
    connection: name,
    backend: connection?.backend ?? "postgresql",
    configured: connection !== undefined,
    address: connection?.address ?? "",
    ...(inspection !== undefined && Either.isLeft(inspection) ? { error: inspection.left.message } : {}),
    counts
  }
}

/** Connections that only the sources speak of. */
const unconfigured = (
  catalog: Catalog.Catalog,
  configured: ReadonlyMap<string, Connection>
): ReadonlyArray<ConnectionStatus> =>
  [...Catalog.connections(catalog)]
    .filter(([name]) => !configured.has(name))
    .flatMap(([connection, backends]) =>
      [...backends].map(backend => ({ connection, backend, configured: false, address: "", counts: {} }))
    )
