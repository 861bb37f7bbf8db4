import * as Effect from "effect/Effect"
import type { ICompare, IRequestOp } from "etcd3"
import type { RunContext } from "../../ports/Connections.ts"
import type { Client } from "./Client.ts"
import * as Fault from "./Fault.ts"
import type { Keys } from "./Keys.ts"
import type { Entry } from "./Ledger.ts"
import type { Held } from "./Lock.ts"

/** A session: the lock of one schema, and what its ledger says while nobody else may change it. */
export interface Live {
  readonly client: Client
  readonly keys: Keys
  readonly schema: string
  readonly held: Held
  readonly context: RunContext
  /** By migration id; whoever writes an entry keeps it here too. */
  readonly entries: Map<string, Entry>
}

/** True only while the lock is ours: without this comparison no session writes anything. */
export const fence = ({ key, fence }: Held): ICompare => ({
  key,
  target: "Create",
  result: "Equal",
  create_revision: fence
})

export const fencedOff = Fault.ours(
  "BF010",
  "the lock of this run is gone: it did not answer for too long, and another run may have taken its place",
  "run again when the other one has ended"
)

/** Limits of one request for our own records. */
const mostOperations = 100
export const heaviest = 1_000_000

const weight = ({ request_put: put }: IRequestOp): number =>
  put === undefined ? 100 : (put.key?.length ?? 0) + (put.value?.length ?? 0)

/** Writes records of our own in order, in as few requests as they fit into. All of it may be written again. */
export const write = Effect.fnUntraced(function* (
  { client, held }: Pick<Live, "client" | "held">,
  operations: ReadonlyArray<IRequestOp>
) {
  for (let at = 0; at < operations.length; ) {
    const batch: Array<IRequestOp> = []
    let bytes = 0
    for (const operation of operations.slice(at, at + mostOperations)) {
      bytes += weight(operation)
      if (batch.length > 0 && bytes > heaviest) break
      batch.push(operation)
    }
    at += batch.length
    const { succeeded } = yield* client.patiently(client.txn({ compare: [fence(held)], success: batch }))
    if (!succeeded) return yield* fencedOff
  }
})
