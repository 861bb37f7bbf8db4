import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { LockBusy } from "../../domain/Errors.ts"
import type { RunContext } from "../../ports/Connections.ts"
import * as Capture from "./Capture.ts"
import * as Ledger from "./Ledger.ts"
import type { Live } from "./Live.ts"
import * as Lock from "./Lock.ts"
import type { Setup } from "./Setup.ts"

/** Takes the lock, reads the ledger, and settles what an earlier session has left in doubt. */
export const open = Effect.fn("Opening.open")(function* (
  { connection, client, keys }: Setup,
  schema: string,
  context: RunContext,
  wait: number,
  waiting: (holder: string) => Effect.Effect<void>
) {
  const said = (holder: Lock.Holder | undefined) =>
    Effect.map(Clock.currentTimeMillis, now => Lock.sentence(holder, now))
  const held = yield* Lock.acquire(client, {
    key: keys.lock(schema),
    run_id: context.runId,
    actor: context.actor.name,
    connection: connection.name,
    schema,
    wait,
    waiting: holder => Effect.flatMap(said(holder), waiting)
  }).pipe(
    Effect.catchTag("Busy", ({ holder, waited }) =>
      Effect.flatMap(said(holder), sentence =>
        Effect.fail(
          new LockBusy({
            connection: connection.name,
            schema,
            holder: sentence,
            ...(holder === undefined ? {} : { holder_run: holder.run_id }),
            waited
          })
        )
      )
    )
  )
  const entries = yield* Ledger.entries(client, keys, schema)
  const live: Live = {
    client,
    keys,
    schema,
    held,
    context,
    entries: new Map(entries.map(entry => [entry.stored.migration_id, entry]))
  }
  yield* Capture.recover(live)
  return live
})
