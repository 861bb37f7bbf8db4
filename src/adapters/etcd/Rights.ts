import type * as Fault from "./Fault.ts"
import type { Keys } from "./Keys.ts"
import type { EtcdSettings } from "./Settings.ts"

/** What a fault means for whoever has to mend it: which variable it speaks of, which rights are missing. */
export const explain = (
  settings: EtcdSettings,
  keys: Keys,
  schema: string,
  fault: Fault.Fault
): { readonly reason: string; readonly code?: string | undefined; readonly hint?: string | undefined } => {
  if (fault._tag === "Misconfigured") {
    return { reason: `${settings.variables[fault.variable]} ${fault.reason}`, code: "BF018" }
  }
  if (fault.code !== "PERMISSION_DENIED") return fault
  const user = settings.username === undefined ? "its user" : `user ${settings.username}`
  const [ledger] = keys.reserved
  return {
    reason: fault.reason,
    code: fault.code,
    hint: `a role of ${user} needs readwrite on the prefix ${ledger} and on the prefix ${keys.prefix(schema)}`
  }
}
