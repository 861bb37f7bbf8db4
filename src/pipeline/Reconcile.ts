import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Backend } from "../domain/Backend.ts"
import * as Ledger from "../domain/Ledger.ts"
import type { Execution } from "../domain/Run.ts"
import type { StateChange } from "../ports/StateStore.ts"
import type { World } from "./World.ts"

/** RFC 3339 in UTC. */
export const timestamp = (milliseconds: number): string =>
  DateTime.formatIso(DateTime.unsafeMake(milliseconds))

/**
 * What the state must learn so that it says what the ledgers say: the ledger wins. What is written is what
 * the run itself would have written, under the same keys, so that a run that was only late adds nothing.
 */
export const changes = Effect.fn("Reconcile.changes")(function* (
  world: World,
  executions: ReadonlyArray<Execution>
) {
  const now = yield* Clock.currentTimeMillis
  return diff(world, executions, now)
})

export const diff = (
  world: World,
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
