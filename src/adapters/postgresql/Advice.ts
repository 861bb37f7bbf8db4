import * as Duration from "../../domain/Duration.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Refused } from "./Fault.ts"

const alone =
  "the script runs in one transaction of its own: add the line -- bfm-transaction: none to the up file"

/** What a file can say so that the server does not refuse it, by SQLSTATE. */
const bySqlState: Readonly<Record<string, (step: Step, fault: Refused) => string | undefined>> = {
  /** Ends a transaction, or may not run in one: in a procedure or a text, where the plan does not see it. */
  "2D000": ({ mode }) => (mode === "transaction" ? alone : undefined),
  "25001": ({ mode }) => (mode === "transaction" ? alone : undefined),
  "55P04": () => "use it in a later migration",
  "57014": ({ statement_timeout: limit }, { reason }) =>
    limit > 0 && reason.includes("statement timeout")
      ? `it may take ${Duration.render(limit)}: change bfm-statement-timeout`
      : undefined
}

/** The server's own hint, and ours. */
export const hint = (step: Step, fault: Refused): string | undefined => {
  const ours = bySqlState[fault.code]?.(step, fault)
  if (ours === undefined || fault.hint === undefined) return ours ?? fault.hint
  return `${fault.hint.replace(/\.$/, "")}; ${ours}`
}
