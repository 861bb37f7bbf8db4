import * as Effect from "effect/Effect"
import type { Client } from "./Client.ts"
import { type Keys, below as range } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"

/**
 * The tenants below a prefix: its children, as schemas. A relative prefix begins where the connection's keys
 * do, and so do the names that are found there.
 */
export const below = Effect.fnUntraced(function* (client: Client, keys: Keys, prefix: string) {
  const root = keys.prefix("")
  const full = prefix.startsWith("/") ? prefix : `${root}${prefix}`
  const before = full.startsWith(root) ? full.slice(root.length) : full
  const found = yield* Ledger.scan(client, range(full), { keysOnly: true })
  const names = new Set<string>()
  for (const { key } of found) {
    const path = key.toString()
    if (keys.reserved.some(own => path.startsWith(own))) continue
    const [child = ""] = path.slice(full.length).split("/")
    // A key directly below the prefix belongs to nobody.
    if (child !== "" && path.length > full.length + child.length) names.add(`${before}${child}`)
  }
  return [...names]
})
