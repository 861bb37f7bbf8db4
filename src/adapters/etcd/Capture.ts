import * as Effect from "effect/Effect"
import type { IRequestOp } from "etcd3"
import type { Work } from "../../ports/Connections.ts"
import type { Landed } from "./Apply.ts"
import * as Doubt from "./Doubt.ts"
import type { Item } from "./Keys.ts"
import * as Live from "./Live.ts"
import * as Parts from "./Parts.ts"
import * as Replaced from "./Replaced.ts"

/** What a transaction is going to replace, as it was read and saved before. */
export interface Capture {
  readonly item: Item
  readonly unit: number
  readonly targets: ReadonlyArray<Replaced.Target>
  readonly doubt: Doubt.Doubt
  readonly saved: Buffer
}

/**
 * Reads what the transaction is going to replace and saves it in the ledger, before anything is changed: no
 * crash can lose it. With it goes the text of the migration, and the doubt whether it will still be true then.
 */
export const begin = Effect.fn("Capture.begin")(function* (
  live: Live.Live,
  work: Work,
  unit: number,
  attempt: string,
  targets: ReadonlyArray<Replaced.Target>
) {
  const item = { migrationId: work.step.migration_id, schema: live.schema }
  const saved = Replaced.encode(yield* Replaced.read(live.client, targets))
  const doubt = Doubt.make(item.migrationId, unit, attempt, targets)
  const capture: Capture = { item, unit, targets, doubt, saved }
  yield* Live.write(live, [
    ...(unit === 0 ? script(live, work) : []),
    ...undo(live, capture, saved),
    { request_put: { key: live.keys.doubt(item), value: Doubt.value(doubt) } }
  ])
  return capture
})

/** The text that is applied: it is kept for comparing later. */
export const script = (
  { keys }: Pick<Live.Live, "keys">,
  { step, migration }: Work
): ReadonlyArray<IRequestOp> =>
  Parts.split(Buffer.from(migration.up.text)).map((value, part) => ({
    request_put: { key: keys.scriptPart(step.source_hash, part), value }
  }))

const undo = ({ keys }: Live.Live, { item, unit }: Capture, saved: Buffer): ReadonlyArray<IRequestOp> =>
  Parts.split(saved).map((value, part) => ({
    request_put: { key: keys.undoPart(item, unit, part), value }
  }))

/** The transaction has happened: what it says that it has replaced is what counts. */
export const confirm = Effect.fn("Capture.confirm")(function* (
  live: Live.Live,
  capture: Capture,
  { responses, revision }: Landed
) {
  const actual =
    responses !== undefined
      ? Replaced.fromResponses(capture.targets, responses)
      : revision === undefined
        ? undefined
        : yield* Doubt.replacedBefore(live.client, capture.targets, revision)
  yield* settle(live, capture, actual)
})

/** Ends a doubt, with what was really replaced. */
const settle = (live: Live.Live, capture: Capture, actual: ReadonlyArray<Replaced.Replaced> | undefined) => {
  const key = live.keys.doubt(capture.item)
  if (actual === undefined) {
    const value = Doubt.value({ ...capture.doubt, forgotten: true })
    return Effect.zipRight(
      Effect.logWarning(forgotten(capture.item)),
      Live.write(live, [{ request_put: { key, value } }])
    )
  }
  const found = Replaced.encode(actual)
  const corrected = found.equals(capture.saved) ? [] : undo(live, capture, found)
  return Live.write(live, [...corrected, { request_delete_range: { key } }])
}

/** What can be said when etcd's history does not reach back far enough. */
export const forgotten = ({ migrationId }: Item): string =>
  `${migrationId}: what it replaced was read just before it was applied, and etcd does not remember whether somebody wrote in between; rolling it back restores what was read`

/** Ends the doubts that a session left which died between a transaction and its confirmation. */
export const recover = Effect.fn("Capture.recover")(function* (live: Live.Live) {
  const { kvs } = yield* live.client.patiently(live.client.range(live.keys.doubts(live.schema)))
  for (const kv of kvs) {
    const doubt = Doubt.read(kv.value)
    if (doubt === undefined || doubt.forgotten) continue
    const item = { migrationId: doubt.migration_id, schema: live.schema }
    const settled = yield* Doubt.settle(live.client, doubt, live.entries.get(item.migrationId))
    if (settled._tag === "Moot") yield* Live.write(live, [{ request_delete_range: { key: kv.key } }])
    else {
      const capture = { item, unit: doubt.unit, targets: [], doubt, saved: Buffer.alloc(0) }
      yield* settle(live, capture, settled._tag === "Known" ? settled.replaced : undefined)
    }
  }
})

/** Nothing needs to be known any more of what the migration replaced. */
export const forget = (live: Live.Live, item: Item) =>
  Live.write(live, [
    { request_delete_range: live.keys.undo(item) },
    { request_delete_range: { key: live.keys.doubt(item) } }
  ])
