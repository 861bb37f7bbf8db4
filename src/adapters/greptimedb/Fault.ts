import * as Data from "effect/Data"
import type * as Outcome from "../store/Outcome.ts"

/** The server said no: the statement took no effect. */
export class Refused extends Data.TaggedError("Refused")<{
  /** GreptimeDB's status code, the HTTP status where it gave none, or one of ours, which begin with `BF`. */
  readonly code: string
  readonly reason: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
}> {
  override get message() {
    return this.reason
  }
}

/** No answer, or one that does not tell: the statement may or may not have taken effect. */
export class Lost extends Data.TaggedError("Lost")<{
  readonly code: string | undefined
  readonly reason: string
  /** The same request may be sent again soon, where that does no harm. */
  readonly again: boolean
}> {
  override get message() {
    return this.reason
  }
}

export type Fault = Refused | Lost

/** What BfM itself refuses. */
export const refusal = ({ code = "BF000", reason, hint, detail }: Outcome.Fault): Refused =>
  new Refused({ code, reason, hint, detail })

/** Passes by itself: rate limited, suspended, cancelled, regions that are not ready or busy. */
const passing = new Set([1005, 1007, 1008, 1009, 4008, 4009, 4010, 5000, 6000, 6001])

/** Something went wrong inside, and it is not said whether before or after the change. */
const inside = new Set([1000, 1002, 1003, 1006, 3001])

/** The fault behind a status code: decided by the code, never by its words. */
export const ofCode = (code: number, status: number, reason: string): Fault => {
  if (passing.has(code)) return new Lost({ code: String(code), reason, again: true })
  // A later version may have codes that are not known here: then the HTTP status tells.
  if (inside.has(code) || status >= 500) return new Lost({ code: String(code), reason, again: false })
  return new Refused({ code: String(code), reason, hint: hints[code] })
}

/** The fault behind an answer without a status code: a proxy's, or of the server's own HTTP layer. */
export const ofStatus = (status: number, reason: string): Fault => {
  const code = `HTTP ${status}`
  if (status === 429 || status === 503 || status === 504) return new Lost({ code, reason, again: true })
  return status < 400 || status === 408 || status >= 500
    ? new Lost({ code, reason, again: false })
    : new Refused({ code, reason })
}

const credentials = "see the connection's …_DB_USERNAME and …_DB_PASSWORD"

const hints: Readonly<Record<number, string>> = {
  7000: credentials,
  7002: credentials,
  7003: `the server wants a user: ${credentials}`,
  7006: "the user may not do this: give it the mode rw"
}

/** The table, its database, or both are not there. */
export const isAbsent = (fault: Fault): boolean =>
  fault._tag === "Refused" && (fault.code === "4001" || fault.code === "4004")
