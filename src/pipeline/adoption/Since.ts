import * as Effect from "effect/Effect"
import type { HistoryItem } from "../../domain/History.ts"
import * as Ledger from "../../domain/Ledger.ts"
import { StateStore } from "../../ports/StateStore.ts"

/** What BfM's own history says of a migration in a schema that no ledger has. */
export type Since =
  /** It was rolled back, or a person said that it is not applied: newer than anything another tool wrote. */
  | "decided"
  /** The ledger had it and has it no more: the database was restored or made anew. */
  | "lost"

const page = 1_000

const meanings: Partial<Record<HistoryItem["event"], Since | "applied">> = {
  applied: "applied",
  resolved_applied: "applied",
  rolled_back: "decided",
  resolved_pending: "decided",
  reconciled_removed: "lost"
}

/** The latest that BfM's own history says of each migration in each schema, where that is not `applied`. */
export const read = Effect.fnUntraced(function* (connections: ReadonlyArray<string>) {
  const { history, tables } = yield* StateStore
  const latest = new Map<string, Since | "applied">()
  // Looking makes no tables: a state that has none knows nothing.
  if ((yield* tables) === "absent") return new Map<string, Since>()
  for (const connection of connections) {
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const { items, next } = yield* history({
        connections: [connection],
        limit: page,
        ...(cursor === undefined ? {} : { cursor })
      })
      for (const { event, migration_id, schema } of items) {
        const key = Ledger.key(migration_id, schema)
        const meaning = meanings[event]
        if (meaning !== undefined && !latest.has(key)) latest.set(key, meaning)
      }
      cursor = next
    }
  }
  return new Map(
    [...latest].flatMap(([key, meaning]) => (meaning === "applied" ? [] : [[key, meaning] as const]))
  )
})
