import * as Effect from "effect/Effect"
import * as Backend from "../../domain/Backend.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Captured } from "../../domain/Migration.ts"
import { Connections } from "../../ports/Connections.ts"
import type * as Draft from "./Draft.ts"
import type * as Graph from "./Graph.ts"

/**
 * Asks the stores for what they kept when the nodes were applied: of those that have no down script, or of
 * all of them when `always`.
 */
export const captured = Effect.fn("Undo.captured")(function* (
  nodes: ReadonlyArray<Graph.Node>,
  always: boolean
) {
  const connections = yield* Connections
  const found = new Map<Graph.Node, Captured>()
  for (const node of nodes) {
    const { migration, schema } = node
    const wanted = always || migration.down === undefined
    if (!wanted || !Backend.capabilities[migration.backend].capturesReplaced) continue
    const store = yield* connections.open(migration.connection)
    const text = yield* store.undo(canonical(migration), schema)
    if (text !== undefined)
      found.set(node, { _tag: "Captured", path: `ledger of ${migration.connection}`, text })
  }
  const lookup: Draft.CapturedBy = node => found.get(node)
  return lookup
})
