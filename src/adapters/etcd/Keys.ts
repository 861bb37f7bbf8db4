import type { Operation } from "../../domain/etcd/Operation.ts"

/** From one key up to, and not including, another. */
export interface Range {
  readonly key: Buffer
  /** One key only when absent. */
  readonly range_end?: Buffer
}

/** Where a step's change stands: one migration in one schema of a connection. */
export interface Item {
  readonly migrationId: string
  readonly schema: string
}

/** Where everything stands in an etcd that a connection leads to. */
export interface Keys {
  /** What stands before the keys of a script that runs in a schema. */
  readonly prefix: (schema: string) => string
  /** What an operation changes. */
  readonly target: (schema: string, operation: Operation) => Range
  /** The key as a script of this schema writes it; `undefined` when it lies outside. */
  readonly relative: (schema: string, key: Buffer) => Buffer | undefined
  /** Nothing below these is for scripts. */
  readonly reserved: ReadonlyArray<string>
  /** Of the ledger: all entries of the connection, or those of a schema. */
  readonly entries: (schema?: string) => Range
  readonly entry: (item: Item) => Buffer
  /** What a migration replaced, by unit and part; all of it when no unit is named. */
  readonly undo: (item: Item) => Range
  readonly undoPart: (item: Item, unit: number, part: number) => Buffer
  /** Units whose replaced values are not confirmed: those of a schema. */
  readonly doubts: (schema: string) => Range
  readonly doubt: (item: Item) => Buffer
  readonly script: (hash: string) => Range
  readonly scriptPart: (hash: string, part: number) => Buffer
  /** The same for every connection that leads to the same keys. */
  readonly lock: (schema: string) => Buffer
}

/** What says where things stand. */
export interface Layout {
  readonly connection: string
  /** `{CONN}_PREFIX`. */
  readonly prefix: string
  /** `{CONN}_LEDGER_SCHEMA`: a name, or a prefix that begins with a slash. */
  readonly ledger: string
  /** Prefixes beside the ledger that are not for scripts: where runs are locked. */
  readonly reserved: ReadonlyArray<string>
}

const closed = (text: string): string => (text === "" || text.endsWith("/") ? text : `${text}/`)

export const make = ({ connection, prefix, ledger, reserved }: Layout): Keys => {
  const root = closed(ledger.startsWith("/") ? ledger : `/${ledger}`)
  const own = (kind: string, ...parts: ReadonlyArray<string>) =>
    `${root}${kind}/${parts.map(encodeURIComponent).join("/")}`
  const item = (kind: string, { schema, migrationId }: Item) => own(kind, connection, schema, migrationId)
  const prefixOf = (schema: string) =>
    schema.startsWith("/") ? closed(schema) : `${closed(prefix)}${closed(schema)}`
  return {
    prefix: prefixOf,
    target: (schema, operation) => {
      const key = Buffer.concat([Buffer.from(prefixOf(schema)), operation.key])
      return operation.operation === "delete" && operation.prefix ? below(key) : { key }
    },
    relative: (schema, key) => {
      const before = Buffer.from(prefixOf(schema))
      return key.subarray(0, before.length).equals(before) ? key.subarray(before.length) : undefined
    },
    reserved: [root, ...reserved.map(closed)],
    entries: schema => below(`${own("ledger", connection, ...(schema === undefined ? [] : [schema]))}/`),
    entry: of => Buffer.from(item("ledger", of)),
    undo: of => below(`${item("undo", of)}/`),
    undoPart: (of, unit, part) => Buffer.from(`${item("undo", of)}/${digits(unit)}/${digits(part)}`),
    doubts: schema => below(`${own("doubt", connection, schema)}/`),
    doubt: of => Buffer.from(item("doubt", of)),
    script: hash => below(`${own("script", hash)}/`),
    scriptPart: (hash, part) => Buffer.from(`${own("script", hash)}/${digits(part)}`),
    lock: schema => Buffer.from(own("lock", prefixOf(schema)))
  }
}

/** So that keys come in the order of their numbers. */
const digits = (n: number): string => String(n).padStart(6, "0")

/** Every key that begins so. */
export const below = (prefix: string | Buffer): Range => {
  const key = Buffer.from(prefix)
  for (let at = key.length - 1; at >= 0; at--) {
    const byte = key[at]
    if (byte === undefined || byte === 0xff) continue
    const end = Buffer.from(key.subarray(0, at + 1))
    end[at] = byte + 1
    return { key, range_end: end }
  }
  // There is no key behind: all of them, and of these zero stands for the first.
  const zero = Buffer.from([0])
  return { key: key.length === 0 ? zero : key, range_end: zero }
}

/** Whether an operation would change what is not for scripts; the prefix that it touches. */
export const intruded = (keys: Keys, schema: string, operation: Operation): string | undefined => {
  const { key, range_end } = keys.target(schema, operation)
  return keys.reserved.find(prefix => {
    const own = Buffer.from(prefix)
    const inside = key.subarray(0, own.length).equals(own)
    return inside || (range_end !== undefined && own.subarray(0, key.length).equals(key))
  })
}
