import * as Bytes from "./Bytes.ts"
import { type Operation, size } from "./Operation.ts"

/** Changes whenever the same operations would be cut in another way: a journal goes on only where it was cut alike. */
export const version = 1

/** etcd takes 128 operations in a transaction; one of them is BfM's own record. */
export const most = 127

/** Bytes of operations in one transaction: what is measured here leaves room for what the server counts too. */
const heaviest = 1_000_000

interface Chunk {
  readonly operations: Array<Operation>
  readonly keys: Set<string>
  readonly prefixes: Array<string>
  bytes: number
}

/**
 * Cuts operations into transactions, in order. A key may be changed once in a transaction, so a chunk ends
 * before a key, or something that begins with the same prefix, comes again.
 */
export const cut = (operations: ReadonlyArray<Operation>): ReadonlyArray<ReadonlyArray<Operation>> => {
  const chunks: Array<Chunk> = []
  for (const operation of operations) {
    const key = Bytes.comparable(operation.key)
    const byPrefix = operation.operation === "delete" && operation.prefix
    const last = chunks.at(-1)
    const chunk = last !== undefined && fits(last, operation, key, byPrefix) ? last : begin(chunks)
    chunk.operations.push(operation)
    chunk.bytes += size(operation)
    if (byPrefix) chunk.prefixes.push(key)
    else chunk.keys.add(key)
  }
  return chunks.map(chunk => chunk.operations)
}

const begin = (chunks: Array<Chunk>): Chunk => {
  const chunk = { operations: [], keys: new Set<string>(), prefixes: [], bytes: 0 }
  chunks.push(chunk)
  return chunk
}

const fits = (chunk: Chunk, operation: Operation, key: string, byPrefix: boolean): boolean => {
  if (chunk.operations.length >= most || chunk.bytes + size(operation) > heaviest) return false
  if (chunk.keys.has(key) || chunk.prefixes.some(prefix => key.startsWith(prefix))) return false
  if (!byPrefix) return true
  return ![...chunk.keys, ...chunk.prefixes].some(other => other.startsWith(key))
}
