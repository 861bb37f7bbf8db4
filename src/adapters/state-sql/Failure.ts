import { SqlError } from "@effect/sql/SqlError"
import { EmbeddedUnavailable, StateUnavailable } from "../../domain/Errors.ts"

/** What went wrong, for people, with the database's or the system's own code. */
export interface Reason {
  readonly reason: string
  readonly code?: string
}

/** What an error of a dialect's driver means. */
export type Explain = (cause: Error) => Reason

/** Whose errors these are. */
interface Origin {
  readonly address: string
  readonly explain: Explain
}

/** What each dialect's driver says of a session that has ended. */
interface Cutting {
  readonly isCut: (cause: Error) => boolean
}

/** What the system says of it. */
const broken = new Set(["ECONNRESET", "EPIPE"])

/** The only place where an error of a driver becomes one of ours. */
export const unavailable =
  (origin: Origin, action: string) =>
  (cause: unknown): StateUnavailable =>
    cause instanceof StateUnavailable
      ? cause
      : new StateUnavailable({ address: origin.address, action, ...reasonOf(origin, unwrapped(cause)) })

/** The database's or the system's code. */
export const code = (origin: Origin, cause: unknown): string | undefined =>
  reasonOf(origin, unwrapped(cause)).code

/** The connection ended under a question, or before it: another one may answer. */
export const isCut = ({ isCut }: Cutting, cause: unknown): boolean => {
  const error = unwrapped(cause)
  return error instanceof Error && (broken.has(codeOf(error) ?? "") || isCut(error))
}

const unwrapped = (cause: unknown): unknown => (cause instanceof SqlError ? cause.cause : cause)

const reasonOf = (origin: Origin, cause: unknown): Reason => {
  if (cause instanceof EmbeddedUnavailable) return { reason: cause.message }
  if (!(cause instanceof Error)) return { reason: String(cause) }
  const code = codeOf(cause)
  const known = code === undefined ? undefined : bySystemCode[code]
  return known === undefined || code === undefined ? origin.explain(cause) : { reason: known, code }
}

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

/** Of an error, as far as it has one. Node reports several addresses of one name as a list; the last is as good as any. */
export const codeOf = (cause: Error): string | undefined => {
  const error: unknown = cause instanceof AggregateError ? cause.errors.at(-1) : cause
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}
