import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { IKeyValue, IResponseOp } from "etcd3"
import type { Operation } from "../../domain/etcd/Operation.ts"
import type { Client } from "./Client.ts"
import type { Keys, Range } from "./Keys.ts"

/** What one operation changes. */
export interface Target extends Range {
  /** Otherwise it takes away what is there. */
  readonly puts: boolean
}

/** What stood in a key before it was changed; nothing where there was no such key. */
export interface Replaced {
  readonly key: Buffer
  readonly value: Buffer | undefined
}

export const targets = (
  keys: Keys,
  schema: string,
  operations: ReadonlyArray<Operation>
): ReadonlyArray<Target> =>
  operations.map(operation => ({ ...keys.target(schema, operation), puts: operation.operation === "put" }))

/** A key that is deleted and was not there is not changed. */
const replaced = (target: Target, found: ReadonlyArray<IKeyValue>): ReadonlyArray<Replaced> =>
  found.length === 0 && target.puts
    ? [{ key: target.key, value: undefined }]
    : found.map(({ key, value }) => ({ key, value }))

const range = ({ key, range_end }: Range) => ({ key, ...(range_end === undefined ? {} : { range_end }) })

const together = (
  all: ReadonlyArray<Target>,
  found: (index: number) => ReadonlyArray<IKeyValue>
): ReadonlyArray<Replaced> => all.flatMap((target, index) => replaced(target, found(index)))

/** What stands there now. */
export const read = (client: Client, all: ReadonlyArray<Target>) =>
  all.length === 0
    ? Effect.succeed([])
    : client
        .patiently(client.txn({ success: all.map(target => ({ request_range: range(target) })) }))
        .pipe(
          Effect.map(({ responses }) => together(all, index => responses[index]?.response_range.kvs ?? []))
        )

/** What stood there in an earlier revision, as long as etcd remembers it. One by one: before 3.7 a transaction cannot. */
export const readAt = (client: Client, all: ReadonlyArray<Target>, revision: string) =>
  Effect.forEach(all, target => client.patiently(client.range({ ...range(target), revision })), {
    concurrency: 8
  }).pipe(Effect.map(found => together(all, index => found[index]?.kvs ?? [])))

/** What a transaction says that it has replaced, operation by operation. */
export const fromResponses = (
  all: ReadonlyArray<Target>,
  responses: ReadonlyArray<IResponseOp>
): ReadonlyArray<Replaced> =>
  together(all, index => {
    const response = responses[index]
    const previous = response?.response_put?.prev_kv
    return previous ? [previous] : (response?.response_delete_range?.prev_kvs ?? [])
  })

const Bytes = Schema.Uint8ArrayFromBase64
const Saved = Schema.parseJson(Schema.Array(Schema.Tuple(Bytes, Schema.NullOr(Bytes))))
const encodeSaved = Schema.encodeSync(Saved)
const decodeSaved = Schema.decodeSync(Saved)

/** Keys and values as they are kept in the ledger: no byte is lost. */
export const encode = (all: ReadonlyArray<Replaced>): Buffer =>
  Buffer.from(encodeSaved(all.map(({ key, value }) => [key, value ?? null])))

export const decode = (saved: Buffer): ReadonlyArray<Replaced> =>
  decodeSaved(saved.toString()).map(([key, value]) => ({
    key: Buffer.from(key),
    value: value === null ? undefined : Buffer.from(value)
  }))
