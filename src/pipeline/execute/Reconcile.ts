import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Backend } from "../../domain/Backend.ts"
import type { Execution } from "../../domain/Execution.ts"
import * as Ledger from "../../domain/Ledger.ts"
import { Connections } from "../../ports/Connections.ts"
import { type Remembered, type StateChange, StateStore } from "../../ports/StateStore.ts"
import * as World from "../plan/World.ts"

/** RFC 3339 in UTC. */
export const timestamp = (milliseconds: number): string =>
  DateTime.formatIso(DateTime.unsafeMake(milliseconds))

/** What the state remembers as applied, enough to see whether the ledgers say the same. */
export const memory = Effect.gen(function* () {
  const { configured } = yield* Connections
  return yield* (yield* StateStore).applied([...configured.keys()])
})

/**
 * What the state must learn so that it says what the ledgers say: the ledger wins. What is written is what
 * the run itself would have written, under the same keys, so that a run that was only late adds nothing. Entry
 * by entry is read only where they differ.
 */
export const changes = Effect.fn("Reconcile.changes")(function* (
  world: World.World,
  remembered: ReadonlyArray<Remembered>
) {
  const names = differing(world, remembered)
  if (names.length === 0) return []
  // First the state: what another run applies meanwhile would seem to be gone from a ledger that was read before.
  const executions = yield* Effect.flatMap(StateStore, state => state.executions(names))
  const inspections = yield* Effect.forEach(names, World.inspect, { concurrency: "unbounded" })
  const read = new Map(inspections.map(inspection => [inspection.connection, inspection]))
  return yield* exactly({ ...world, inspections: read }, executions)
})

/** The same where both have been read entry by entry. */
export const exactly = (world: World.World<Ledger.Inspection>, executions: ReadonlyArray<Execution>) =>
  Effect.map(Clock.currentTimeMillis, now => diff(world, executions, now))

/** The connections of which ledger and state do not say the same. */
const differing = (
  { inspections }: World.World,
  remembered: ReadonlyArray<Remembered>
): ReadonlyArray<string> => {
  const known = new Map<string, Map<string, Set<string>>>()
  for (const { connection, migrationId, runId, schemas } of remembered) {
    const groups = known.get(connection) ?? new Map<string, Set<string>>()
    known.set(connection, groups.set(Ledger.key(migrationId, runId), new Set(schemas)))
  }
  return [...inspections.values()]
    .filter(({ connection, groups }) => !same(groups, known.get(connection) ?? new Map()))
    .map(({ connection }) => connection)
}

/** One run applies the same migration in many schemas; the ledger may have it in several groups. */
const same = (
  groups: ReadonlyArray<Ledger.Group>,
  known: ReadonlyMap<string, ReadonlySet<string>>
): boolean => {
  let found = 0
  for (const { mark, schemas } of groups) {
    if (mark.state !== "applied") continue
    const remembered = known.get(Ledger.key(mark.migrationId, mark.runId))
    if (remembered === undefined || !schemas.every(schema => remembered.has(schema))) return false
    found += schemas.length
  }
  let expected = 0
  for (const schemas of known.values()) expected += schemas.size
  return found === expected
}

export const diff = (
  world: World.World<Ledger.Inspection>,
  executions: ReadonlyArray<Execution>,
  now: number
): ReadonlyArray<StateChange> => {
  const known = memories(executions)
  const found: Array<StateChange> = []
  const standing = new Set<Execution>()
  for (const [connection, { entries }] of world.inspections) {
    const backend = world.connections.get(connection)?.backend
    if (backend === undefined) continue
    for (const entry of entries) {
      const memory = known.get(connection)?.get(entry.migrationId, entry.schema)
      if (memory !== undefined) standing.add(memory)
      if (entry.state === "applied" && !(memory?.status === "applied" && memory.run_id === entry.runId)) {
        found.push(...applied(entry, backend))
      }
    }
  }
  for (const memory of executions) {
    if (memory.status !== "applied" || standing.has(memory) || !world.inspections.has(memory.connection))
      continue
    found.push(...removed(memory, now))
  }
  return found
}

/** What the state remembers, by connection. */
const memories = (executions: ReadonlyArray<Execution>) => {
  const known = new Map<string, Ledger.Places<Execution>>()
  for (const item of executions) {
    const places = known.get(item.connection) ?? new Ledger.Places<Execution>()
    known.set(item.connection, places.set(item.migration_id, item.schema, item))
  }
  return known
}

/** What a run would have written that applied this entry. */
export const applied = (entry: Ledger.LedgerEntry, backend: Backend): ReadonlyArray<StateChange> => {
  const common = {
    migration_id: entry.migrationId,
    schema: entry.schema,
    version: entry.version,
    name: entry.name,
    connection: entry.connection,
    backend,
    run_id: entry.runId,
    actor: entry.actor,
    method: entry.method
  }
  return [
    { _tag: "Execution", execution: { ...common, status: "applied", at: entry.appliedAt } },
    { _tag: "History", item: { ...common, event: "applied", at: timestamp(entry.appliedAt) } }
  ]
}

/** The database knows nothing of it: it was recreated, restored, or changed without us. */
const removed = (memory: Execution, now: number): ReadonlyArray<StateChange> => {
  const { status: _, at: __, error: ___, ...common } = memory
  return [
    { _tag: "ExecutionRemoved", migrationId: memory.migration_id, schema: memory.schema },
    { _tag: "History", item: { ...common, event: "reconciled_removed", at: timestamp(now) } }
  ]
}
