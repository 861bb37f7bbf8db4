import { SqlError } from "@effect/sql/SqlError"
import { EmbeddedUnavailable, StateUnavailable } from "../../domain/Errors.ts"

/** What went wrong, for people, with the database's or the system's own code. */
interface Reason {
  readonly reason: string
  readonly code?: string
}

/** The only place where an error of a driver becomes one of ours. */
export const unavailable =
  (address: string, action: string) =>
  (cause: unknown): StateUnavailable =>
    cause instanceof StateUnavailable
      ? cause
      : new StateUnavailable({ address, action, ...explain(unwrapped(cause)) })

/** SQLSTATE or the system's code. */
export const code = (cause: unknown): string | undefined => explain(unwrapped(cause)).code

const unwrapped = (cause: unknown): unknown => (cause instanceof SqlError ? cause.cause : cause)

const bySystemCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (BFM_STATE_DB_HOST, BFM_STATE_DB_PORT)",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ENOTFOUND: "the host is not known (BFM_STATE_DB_HOST)",
  EAI_AGAIN: "the host's name could not be looked up",
  ENOENT: "there is no socket",
  EACCES: "the socket is not accessible",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached"
}

/** What helps, after the database's own words. */
const byState: Readonly<Record<string, string>> = {
  "28P01": " (BFM_STATE_DB_PASSWORD)",
  "3D000": "; create it first, bfm creates only its tables (BFM_STATE_DB_NAME)",
  "42501": "; grant it, or choose a schema that the user owns (BFM_STATE_SCHEMA)"
}

const explain = (cause: unknown): Reason => {
  if (cause instanceof EmbeddedUnavailable) return { reason: cause.message }
  if (!(cause instanceof Error)) return { reason: String(cause) }
  const code = codeOf(cause)
  const known = code === undefined ? undefined : bySystemCode[code]
  const reason = known ?? `${spoken(cause.message || cause.name)}${byState[code ?? ""] ?? ""}`
  return code === undefined ? { reason } : { reason, code }
}

/** Node reports several addresses of one name as a list; the last is as good as any. */
const codeOf = (cause: Error): string | undefined => {
  const error: unknown = cause instanceof AggregateError ? cause.errors.at(-1) : cause
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}

/** pg says these without a code. */
const spoken = (message: string): string => {
  if (/connection timeout|timeout e(xpired|xceeded)/i.test(message)) return "no answer in time"
  if (/read timeout/i.test(message)) return "a statement was not answered in time"
  if (/terminated/i.test(message)) return "the connection was cut"
  if (/password must be a/i.test(message)) return "the server wants a password (BFM_STATE_DB_PASSWORD)"
  return message
}
