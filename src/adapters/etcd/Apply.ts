import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { IKeyValue, IRequestOp, IResponseOp, ITxnRequest } from "etcd3"
import type { Operation } from "../../domain/etcd/Operation.ts"
import * as Fault from "./Fault.ts"
import * as Ledger from "./Ledger.ts"
import * as Live from "./Live.ts"

/** One transaction: operations, and the entry that says that they are done. */
export interface Transaction {
  readonly migrationId: string
  readonly operations: ReadonlyArray<Operation>
  /** What the ledger says afterwards; nothing: the entry is taken away. */
  readonly entry: Ledger.Stored | undefined
}

/** It was carried out. */
export interface Landed {
  /** The revision that it made, where that is known. */
  readonly revision: string | undefined
  /** One for each operation; absent when the answer was lost. */
  readonly responses: ReadonlyArray<IResponseOp> | undefined
}

/**
 * Carries it out exactly once: as long as there is no answer the same request is sent again, and the ledger's
 * entry lets only the first of them through. `Lost` means that etcd could not be asked any more what became
 * of it; after any other fault nothing of it has happened.
 */
export const send = Effect.fn("Apply.send")(function* (live: Live.Live, transaction: Transaction) {
  if (live.held.isLost()) return yield* Live.fencedOff
  const { client } = live
  const request = requestOf(live, transaction)
  let unanswered = false
  const once = Effect.tapErrorTag(client.txn(request), "Lost", () => Effect.sync(() => (unanswered = true)))
  const answer = yield* Effect.either(client.patiently(once))
  if (Either.isLeft(answer)) {
    // An earlier sending of the same may have gone through, or this one, where there was space as long as it began.
    const ambiguous = (unanswered || Fault.isFull(answer.left)) && answer.left._tag !== "Lost"
    return ambiguous ? yield* lookUp(live, transaction, answer.left) : yield* answer.left
  }
  const { succeeded, header, responses } = answer.right
  if (!succeeded) {
    const [entry, lock] = responses.map(({ response_range }) => response_range.kvs[0])
    return yield* refused(live, transaction, entry, lock, unanswered)
  }
  remember(live, transaction, header.revision)
  return { revision: header.revision, responses: responses.slice(1) } satisfies Landed
})

const requestOf = (live: Live.Live, { migrationId, operations, entry }: Transaction): ITxnRequest => {
  const { keys, held, schema, entries } = live
  const key = keys.entry({ migrationId, schema })
  const before = entries.get(migrationId)
  return {
    compare: [
      Live.fence(held),
      before === undefined
        ? { key, target: "Create", result: "Equal", create_revision: 0 }
        : { key, target: "Mod", result: "Equal", mod_revision: before.revision }
    ],
    success: [
      entry === undefined
        ? { request_delete_range: { key } }
        : { request_put: { key, value: Ledger.value(entry) } },
      ...operations.map((operation): IRequestOp => {
        const target = keys.target(schema, operation)
        return operation.operation === "put"
          ? { request_put: { ...target, value: Buffer.from(operation.value), prev_kv: true } }
          : { request_delete_range: { ...target, prev_kv: true } }
      })
    ],
    failure: [{ request_range: { key } }, { request_range: { key: held.key } }]
  }
}

const remember = (live: Live.Live, { migrationId, entry }: Transaction, revision: string): void => {
  if (entry === undefined) live.entries.delete(migrationId)
  else live.entries.set(migrationId, { stored: entry, revision })
}

/** Why the comparison failed: it was done already, by ourselves; or the lock is another's; or the entry is. */
const refused = Effect.fnUntraced(function* (
  live: Live.Live,
  transaction: Transaction,
  entry: IKeyValue | undefined,
  lock: IKeyValue | undefined,
  unanswered: boolean
) {
  const stored = entry === undefined ? undefined : yield* Ledger.entryOf(entry)
  const { attempt } = transaction.entry ?? {}
  if (attempt !== undefined && stored?.stored.attempt === attempt) {
    remember(live, transaction, stored.revision)
    return { revision: stored.revision, responses: undefined } satisfies Landed
  }
  if (lock?.create_revision !== live.held.fence) {
    // It may have gone through, and whoever has the lock now has gone on from there.
    return yield* unanswered
      ? new Fault.Lost({ reason: Live.fencedOff.reason, code: Live.fencedOff.code })
      : Live.fencedOff
  }
  // Only who has the lock changes entries: it is gone because we took it away.
  if (transaction.entry === undefined && stored === undefined && unanswered) {
    live.entries.delete(transaction.migrationId)
    return { revision: undefined, responses: undefined } satisfies Landed
  }
  return yield* Fault.ours(
    "BF011",
    "the ledger's entry was changed by somebody who does not have the lock",
    "nobody but BfM may write there; see what is true, then bfm resolve"
  )
})

/** The last sending was refused, and it or an earlier one may count all the same: the ledger says it. */
const lookUp = Effect.fnUntraced(function* (live: Live.Live, transaction: Transaction, fault: Fault.Fault) {
  const { client, keys, held, schema } = live
  const key = keys.entry({ migrationId: transaction.migrationId, schema })
  const { responses } = yield* client
    .patiently(client.txn({ success: [{ request_range: { key } }, { request_range: { key: held.key } }] }))
    .pipe(Effect.mapError(({ reason, _tag }) => new Fault.Lost({ reason, code: _tag })))
  const [entry, lock] = responses.map(({ response_range }) => response_range.kvs[0])
  const before = live.entries.get(transaction.migrationId)?.revision
  if (entry?.mod_revision === before) return yield* fault
  return yield* refused(live, transaction, entry, lock, true)
})
