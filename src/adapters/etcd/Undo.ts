import * as Effect from "effect/Effect"
import * as Bytes from "../../domain/etcd/Bytes.ts"
import * as Operation from "../../domain/etcd/Operation.ts"
import * as Capture from "./Capture.ts"
import type { Client } from "./Client.ts"
import * as Doubt from "./Doubt.ts"
import * as Fault from "./Fault.ts"
import type { Item, Keys } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"
import * as Parts from "./Parts.ts"
import * as Replaced from "./Replaced.ts"

/** The script that puts back, byte by byte, what a migration replaced; nothing when that is not known. */
export const script = Effect.fn("Undo.script")(function* (client: Client, keys: Keys, item: Item) {
  const { kvs } = yield* client.patiently(client.range({ key: keys.entry(item) }))
  const entry = kvs[0] === undefined ? undefined : yield* Ledger.entryOf(kvs[0])
  const saved = entry === undefined ? [] : yield* units(client, keys, item, entry)
  if (entry === undefined || saved.length === 0) return undefined
  const replaced = yield* settled(client, keys, item, entry, saved)
  const operations: Array<Operation.Operation> = []
  for (const { key, value } of earliest(replaced)) {
    const relative = keys.relative(item.schema, key)
    if (relative === undefined) return yield* moved(keys, item, entry)
    operations.push(
      value === undefined
        ? { operation: "delete", key: relative, prefix: false }
        : { operation: "put", key: relative, value }
    )
  }
  return `[\n${operations.map(Operation.encode).join(",\n")}\n]`
})

/** What each transaction replaced, as it was saved; what an earlier application left behind does not count. */
const units = Effect.fnUntraced(function* (client: Client, keys: Keys, item: Item, { stored }: Ledger.Entry) {
  const kvs = yield* Ledger.scan(client, keys.undo(item))
  const parts = new Map<number, Array<Buffer>>()
  for (const { key, value } of kvs) {
    const unit = Number(key.toString().split("/").at(-2))
    parts.set(unit, [...(parts.get(unit) ?? []), value])
  }
  return [...parts]
    .filter(([unit]) => unit < stored.units)
    .map(([, list]) => {
      const whole = Parts.join(list)
      return whole === undefined ? [] : Replaced.decode(whole)
    })
})

/** What is in doubt is looked up in etcd's history; the ledger is left as it is, as nobody may write without the lock. */
const settled = Effect.fnUntraced(function* (
  client: Client,
  keys: Keys,
  item: Item,
  entry: Ledger.Entry,
  saved: ReadonlyArray<ReadonlyArray<Replaced.Replaced>>
) {
  const doubt = yield* Doubt.find(client, keys, item)
  if (doubt === undefined) return saved
  const answer = yield* Doubt.settle(client, doubt, entry)
  if (answer._tag === "Forgotten") yield* Effect.logWarning(Capture.forgotten(item))
  if (answer._tag !== "Known") return saved
  return saved.map((list, unit) => (unit === doubt.unit ? answer.replaced : list))
})

/**
 * Each key once, with what it held before the first transaction that changed it; what was changed last comes
 * first, as a pointer that is flipped at the end has to be flipped back before anything else.
 */
const earliest = (
  units: ReadonlyArray<ReadonlyArray<Replaced.Replaced>>
): ReadonlyArray<Replaced.Replaced> => {
  const found = new Map<string, Replaced.Replaced>()
  for (const replaced of units.toReversed().flatMap(unit => unit.toReversed())) {
    // A Map keeps the place of the first, and takes the value of the last: that is the earliest.
    found.set(Bytes.comparable(replaced.key), replaced)
  }
  return [...found.values()]
}

const moved = (keys: Keys, { schema }: Item, { stored }: Ledger.Entry): Fault.Refused =>
  Fault.ours(
    "BF016",
    `its keys were written below ${stored.prefix}, and now this connection's begin with ${keys.prefix(schema)}`,
    "set the prefix of the connection as it was"
  )
