import { heaviest } from "./Live.ts"

/** A value that may be larger than a request, in parts. The first says how many there are. */
export const split = (value: Buffer): ReadonlyArray<Buffer> => {
  const count = Math.max(1, Math.ceil(value.length / heaviest))
  return Array.from({ length: count }, (_, n) => {
    const part = value.subarray(n * heaviest, (n + 1) * heaviest)
    return n === 0 ? Buffer.concat([Buffer.from(`${count}\n`), part]) : part
  })
}

/** The value of its parts, in their order; what was left behind them by a longer value does not count. */
export const join = (parts: ReadonlyArray<Buffer>): Buffer | undefined => {
  const [first, ...rest] = parts
  const end = first?.indexOf("\n") ?? -1
  if (first === undefined || end === -1) return undefined
  const count = Number(first.subarray(0, end).toString())
  if (!(parts.length >= count)) return undefined
  return Buffer.concat([first.subarray(end + 1), ...rest.slice(0, count - 1)])
}
