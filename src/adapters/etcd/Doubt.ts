import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Client } from "./Client.ts"
import * as Fault from "./Fault.ts"
import type { Item, Keys } from "./Keys.ts"
import type * as Ledger from "./Ledger.ts"
import * as Replaced from "./Replaced.ts"

const Bytes = Schema.Uint8ArrayFromBase64

/**
 * Stands in the ledger while it is not certain that what was read before a transaction is what the transaction
 * replaced: somebody else may have written in between.
 */
const Doubt = Schema.Struct({
  migration_id: Schema.String,
  unit: Schema.Int,
  /** Of the transaction. */
  attempt: Schema.String,
  /** What it changes: key, end of the range, whether it puts. */
  targets: Schema.Array(Schema.Tuple(Bytes, Schema.NullOr(Bytes), Schema.Boolean)),
  /** etcd does not remember any more: what was read before has to do. */
  forgotten: Schema.Boolean
})
export type Doubt = typeof Doubt.Type

const encode = Schema.encodeSync(Schema.parseJson(Doubt))
const decode = Schema.decodeOption(Schema.parseJson(Doubt))

export const value = (doubt: Doubt): Buffer => Buffer.from(encode(doubt))

export const read = (value: Buffer): Doubt | undefined => Option.getOrUndefined(decode(value.toString()))

export const make = (
  migrationId: string,
  unit: number,
  attempt: string,
  targets: ReadonlyArray<Replaced.Target>
): Doubt => ({
  migration_id: migrationId,
  unit,
  attempt,
  targets: targets.map(({ key, range_end, puts }) => [key, range_end ?? null, puts]),
  forgotten: false
})

/** The doubt of a migration, if there is one. */
export const find = (client: Client, keys: Keys, item: Item) =>
  Effect.map(client.patiently(client.range({ key: keys.doubt(item) })), ({ kvs: [kv] }) =>
    kv === undefined ? undefined : read(kv.value)
  )

/** What is true of a transaction in doubt. */
export type Settled =
  /** It never happened. */
  | { readonly _tag: "Moot" }
  /** It replaced exactly this. */
  | { readonly _tag: "Known"; readonly replaced: ReadonlyArray<Replaced.Replaced> }
  | { readonly _tag: "Forgotten" }

/** Asks etcd's history what stood there in the revision before the transaction. */
export const settle = (
  client: Client,
  doubt: Doubt,
  entry: Ledger.Entry | undefined
): Effect.Effect<Settled, Fault.Fault> => {
  if (entry === undefined) return Effect.succeed({ _tag: "Moot" })
  if (doubt.forgotten) return Effect.succeed({ _tag: "Forgotten" })
  if (entry.stored.units_done <= doubt.unit) return Effect.succeed({ _tag: "Moot" })
  if (entry.stored.attempt !== doubt.attempt) return Effect.succeed({ _tag: "Forgotten" })
  return replacedBefore(client, targetsOf(doubt), entry.revision).pipe(
    Effect.map(
      (replaced): Settled => (replaced === undefined ? { _tag: "Forgotten" } : { _tag: "Known", replaced })
    )
  )
}

const targetsOf = ({ targets }: Doubt): ReadonlyArray<Replaced.Target> =>
  targets.map(([key, end, puts]) => ({
    key: Buffer.from(key),
    ...(end === null ? {} : { range_end: Buffer.from(end) }),
    puts
  }))

/** What a transaction of this revision replaced; `undefined` when etcd does not remember. */
export const replacedBefore = (client: Client, targets: ReadonlyArray<Replaced.Target>, revision: string) =>
  Effect.catchIf(Replaced.readAt(client, targets, String(BigInt(revision) - 1n)), Fault.isCompacted, () =>
    Effect.succeed(undefined)
  )
