import * as Effect from "effect/Effect"
import type { Catalog } from "../../domain/Catalog.ts"
import { Connections } from "../../ports/Connections.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Reconcile from "../execute/Reconcile.ts"
import { Snapshot } from "./Snapshot.ts"

/** What changed among the sources since they were read before. */
export interface Report {
  readonly added: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
  readonly updated: ReadonlyArray<string>
  readonly total: number
}

/**
 * Reads sources and ledgers again and tells the state what the ledgers say. Nothing is deleted: what is no
 * longer among the sources is shown as missing, for as long as it is applied.
 */
export const reindex = Effect.fn("Reindex.reindex")(function* () {
  const snapshot = yield* Snapshot
  const before = yield* snapshot.current
  const { configured } = yield* Connections
  const state = yield* StateStore
  // First the state: what a run applies meanwhile would seem to be gone from a ledger that was read before.
  const memory = yield* state.executions([...configured.keys()])
  const after = yield* snapshot.fresh
  yield* state.record(yield* Reconcile.exactly(after.world, memory))
  return compare(before.catalog, after.catalog)
})

export const compare = (before: Catalog, after: Catalog): Report => {
  const added: Array<string> = []
  const updated: Array<string> = []
  for (const [id, migration] of after.byId) {
    const known = before.byId.get(id)
    if (known === undefined) added.push(id)
    else if (known.up.text !== migration.up.text || known.down?.text !== migration.down?.text)
      updated.push(id)
  }
  const removed = [...before.byId.keys()].filter(id => !after.byId.has(id))
  return { added, removed, updated, total: after.migrations.length }
}
