import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { IKeyValue } from "etcd3"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import { Direction, type Step } from "../../domain/Plan.ts"
import type { RunContext } from "../../ports/Connections.ts"
import type { Client } from "./Client.ts"
import * as Fault from "./Fault.ts"
import type { Keys, Range } from "./Keys.ts"

/** What stands in the key of an entry. */
export const Stored = Schema.Struct({
  format: Schema.Literal(1),
  migration_id: Schema.String,
  connection: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  state: Schema.Literal("applied", "running"),
  direction: Direction,
  checksum_algorithm: Schema.Int,
  checksum: Schema.String,
  source_hash: Schema.String,
  /** Transactions that applied it, and how many of those that are under way are done. */
  units: Schema.Int,
  units_done: Schema.Int,
  /** Over the operations of those that are done. */
  done_hash: Schema.String,
  /** Version of the rule by which operations were cut into transactions. */
  chunker: Schema.Int,
  /** What stood before the keys of the script. */
  prefix: Schema.String,
  /** Of the transaction that wrote this: whoever lost its answer knows it by this. */
  attempt: Schema.String,
  run_id: Schema.String,
  actor: Schema.String,
  method: Schema.String,
  /** RFC 3339, by the clock of the machine that ran it: etcd has none. */
  applied_at: Schema.String
})
export type Stored = typeof Stored.Type

const encode = Schema.encodeSync(Schema.parseJson(Stored))
const decode = Schema.decodeEither(Schema.parseJson(Stored))

/** An entry, and the revision in which it was written last. */
export interface Entry {
  readonly stored: Stored
  readonly revision: string
}

export const value = (stored: Stored): Buffer => Buffer.from(encode(stored))

export const entryOf = (kv: IKeyValue): Either.Either<Entry, Fault.Refused> =>
  Either.mapBoth(decode(kv.value.toString()), {
    onLeft: () =>
      Fault.ours("BF014", `the ledger entry ${kv.key.toString()} is not one of this version of BfM`),
    onRight: stored => ({ stored, revision: kv.mod_revision })
  })

/** Keys that are read at once. */
const page = 1_000

/** Everything in a range, in pages of one and the same revision. */
export const scan = Effect.fnUntraced(function* (
  client: Client,
  { key, range_end }: Range,
  { keysOnly = false } = {}
) {
  const found: Array<IKeyValue> = []
  let revision: string | undefined
  let from = key
  for (;;) {
    const { kvs, more, header } = yield* client.patiently(
      client.range({
        key: from,
        ...(range_end === undefined ? {} : { range_end }),
        limit: page,
        keys_only: keysOnly,
        ...(revision === undefined ? {} : { revision })
      })
    )
    found.push(...kvs)
    const last = kvs.at(-1)
    if (!more || last === undefined) return found
    revision ??= header.revision
    from = Buffer.concat([last.key, Buffer.from([0])])
  }
})

/** Entries of the connection, or of one schema. */
export const entries = (client: Client, keys: Keys, schema?: string) =>
  Effect.flatMap(scan(client, keys.entries(schema)), kvs => Effect.forEach(kvs, entryOf))

/** As everybody else reads it. */
export const plain = ({ stored }: Entry): LedgerEntry => ({
  migrationId: stored.migration_id,
  connection: stored.connection,
  schema: stored.schema,
  version: stored.version,
  name: stored.name,
  state: stored.state,
  direction: stored.direction,
  checksum: { algorithm: stored.checksum_algorithm, value: stored.checksum },
  sourceHash: stored.source_hash,
  unitsDone: stored.units_done,
  // A transaction is there or it is not.
  unitBegun: false,
  appliedAt: Date.parse(stored.applied_at),
  runId: stored.run_id,
  actor: stored.actor,
  method: stored.method
})

/** What changes while a step goes on. */
export type Progress = Pick<
  Stored,
  "state" | "units_done" | "done_hash" | "chunker" | "prefix" | "attempt" | "applied_at"
>

export const of = (step: Step, context: RunContext, progress: Progress): Stored => ({
  format: 1,
  migration_id: step.migration_id,
  connection: step.connection,
  schema: step.schema,
  version: step.version,
  name: step.name,
  direction: step.direction,
  checksum_algorithm: step.checksum.algorithm,
  checksum: step.checksum.value,
  source_hash: step.source_hash,
  units: step.units.length,
  run_id: context.runId,
  actor: context.actor.name,
  method: context.actor.method,
  ...progress
})
