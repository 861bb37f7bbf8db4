import type { SqlError } from "@effect/sql/SqlError"
import { codeOf, type Explain } from "../Failure.ts"

/** What helps, after the database's own words. */
const byState: Readonly<Record<string, string>> = {
  "28P01": " (BFM_STATE_DB_PASSWORD)",
  "3D000": "; create it first, bfm creates only its tables (BFM_STATE_DB_NAME)",
  "42501": "; grant it, or choose a schema that the user owns (BFM_STATE_SCHEMA)"
}

/** Not to be serialized, or a deadlock: the databases of some teams are `serializable` by default. */
const colliding = new Set(["40001", "40P01"])

export const isCollision = ({ cause }: SqlError): boolean =>
  cause instanceof Error && colliding.has(codeOf(cause) ?? "")

/** PostgreSQL's words, or those of pg. */
export const explain: Explain = cause => {
  const code = codeOf(cause)
  const reason = `${spoken(cause.message || cause.name)}${byState[code ?? ""] ?? ""}`
  return code === undefined ? { reason } : { reason, code }
}

/** The server ended the session: told to, going down, or the session was silent for too long. */
const ending = new Set(["57P01", "57P02", "57P05", "25P03"])

/** Where the server has not said so, pg has these words for it. */
export const isCut = (cause: Error): boolean =>
  ending.has(codeOf(cause) ?? "") ||
  (/terminated|not queryable/i.test(cause.message) && !/timeout/i.test(cause.message))

/** pg says these without a code. */
const spoken = (message: string): string => {
  if (/connection timeout|timeout e(xpired|xceeded)/i.test(message)) return "no answer in time"
  if (/read timeout/i.test(message)) return "a statement was not answered in time"
  if (/terminated/i.test(message)) return "the connection was cut"
  if (/password must be a/i.test(message)) return "the server wants a password (BFM_STATE_DB_PASSWORD)"
  return message
}
