import * as Effect from "effect/Effect"
import { inspection } from "../../domain/Ledger.ts"
import type { Store } from "../../ports/Connections.ts"
import * as ByHand from "./ByHand.ts"
import type { Client } from "./Client.ts"
import type * as Fault from "./Fault.ts"
import type { Item, Keys } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"
import { open } from "./Opening.ts"
import * as Parts from "./Parts.ts"
import * as Preview from "./Preview.ts"
import * as Session from "./Session.ts"
import { errorOf, type Setup } from "./Setup.ts"
import * as Tenants from "./Tenants.ts"
import * as Undo from "./Undo.ts"
import * as Vitals from "./Vitals.ts"

export const make = (setup: Setup): Store => {
  const { connection, client, keys } = setup
  const refused = (action: string, schema = connection.schema) =>
    Effect.mapError((fault: Fault.Fault) => errorOf(setup, action, schema, fault))
  const inspected = Ledger.entries(client, keys).pipe(
    Effect.map(entries => inspection(connection.name, entries.map(Ledger.plain), undefined)),
    refused("read the ledger")
  )
  return {
    connection,
    inspect: inspected,
    survey: inspected,
    tenants: prefix => Tenants.below(client, keys, prefix).pipe(refused("read the tenants")),
    vitals: Vitals.ask(client, keys, connection.schema).pipe(refused("ask how the server is")),
    appliedText: (migrationId, schema) =>
      appliedText(client, keys, { migrationId, schema }).pipe(refused("read the applied text", schema)),
    undo: (migrationId, schema) =>
      Undo.script(client, keys, { migrationId, schema }).pipe(
        refused(`read what ${migrationId} replaced`, schema)
      ),
    preview: steps => Preview.fill(client, keys, steps).pipe(refused("read what would be changed")),
    session: (schema, context, wait, waiting) =>
      open(setup, schema, context, wait, waiting).pipe(
        Effect.map(Session.make),
        Effect.mapError(error =>
          error._tag === "LockBusy" ? error : errorOf(setup, "open a session", schema, error)
        )
      ),
    markApplied: (work, context, at) => ByHand.markApplied(setup, work, context, at),
    markPending: (migrationId, schema) => ByHand.markPending(setup, { migrationId, schema })
  }
}

const appliedText = Effect.fnUntraced(function* (client: Client, keys: Keys, item: Item) {
  const { kvs } = yield* client.patiently(client.range({ key: keys.entry(item) }))
  if (kvs[0] === undefined) return undefined
  const { stored } = yield* Ledger.entryOf(kvs[0])
  const parts = yield* Ledger.scan(client, keys.script(stored.source_hash))
  return Parts.join(parts.map(({ value }) => value))?.toString()
})
