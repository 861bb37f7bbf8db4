import { isIPv6 } from "node:net"

/**
 * Under which key an address is counted: who has one IPv6 address has its whole /64. An IPv4 address that is
 * written as IPv6 is itself.
 */
export const sourceOf = (address: string): string => {
  if (!address.includes(":")) return address
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (embedded !== undefined) return embedded
  const plain = address.split("%")[0] ?? ""
  return isIPv6(plain) ? groups(plain).slice(0, 4).join(":") : address
}

/** All eight groups, without the zeros in front. */
const groups = (address: string): ReadonlyArray<string> => {
  const [before = "", after] = address.toLowerCase().split("::")
  const head = before === "" ? [] : before.split(":")
  const tail = after === undefined || after === "" ? [] : after.split(":")
  const zeros = after === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => "0")
  return [...head, ...zeros, ...tail].map(group => group.replace(/^0+(?=.)/, ""))
}
