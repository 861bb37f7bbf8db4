import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ConnectionUnreachable, StoreRefused } from "../../domain/Errors.ts"
import * as Chunk from "../../domain/etcd/Chunk.ts"
import type { RunContext, Work } from "../../ports/Connections.ts"
import * as Journal from "../store/Journal.ts"
import * as Capture from "./Capture.ts"
import type * as Fault from "./Fault.ts"
import type { Item } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"
import type { Live } from "./Live.ts"
import { write } from "./Live.ts"
import { open } from "./Opening.ts"
import { errorOf, type Setup } from "./Setup.ts"

/** Milliseconds that a correction by hand waits for a run: long enough for one that was killed to be gone. */
const handWait = 15_000

/** Writes the entry of a step that somebody says is applied, now or at `at`. What it replaced is not known. */
export const markApplied = (setup: Setup, work: Work, context: RunContext, at?: number) =>
  byHand(setup, work.step.schema, context, live =>
    Effect.gen(function* () {
      const { step } = work
      const now = yield* Clock.currentTimeMillis
      const stored = Ledger.of(step, context, {
        state: "applied",
        units_done: step.units.length,
        done_hash: Journal.hash(step.units),
        chunker: Chunk.version,
        prefix: live.keys.prefix(step.schema),
        attempt: context.runId,
        applied_at: DateTime.formatIso(DateTime.unsafeMake(at ?? now))
      })
      const item = { migrationId: step.migration_id, schema: step.schema }
      yield* Capture.forget(live, item)
      yield* write(live, [
        ...Capture.script(live, work),
        { request_put: { key: live.keys.entry(item), value: Ledger.value(stored) } }
      ])
    })
  )

/** Takes the entry away. */
export const markPending = (setup: Setup, item: Item) =>
  byHand(setup, item.schema, nobody, live =>
    Effect.zipRight(
      write(live, [{ request_delete_range: { key: live.keys.entry(item) } }]),
      Capture.forget(live, item)
    )
  )

const nobody: RunContext = {
  runId: "resolve",
  actor: { name: "bfm resolve", method: "cli" },
  rehearsal: false
}

/** A correction by hand has the lock like any run: nobody else ever changes an entry. */
const byHand = (
  setup: Setup,
  schema: string,
  context: RunContext,
  change: (live: Live) => Effect.Effect<void, Fault.Fault, Scope.Scope>
): Effect.Effect<void, ConnectionUnreachable | StoreRefused> => {
  const action = "write the ledger"
  return open(setup, schema, context, handWait, () => Effect.void).pipe(
    Effect.flatMap(change),
    Effect.scoped,
    Effect.mapError(error =>
      error._tag === "LockBusy"
        ? new StoreRefused({ connection: setup.connection.name, action, reason: error.message })
        : errorOf(setup, action, schema, error)
    )
  )
}
