import * as Data from "effect/Data"
import pg from "pg"
import * as Network from "../store/Network.ts"
import type * as Outcome from "../store/Outcome.ts"

/** The server refused a statement and the session goes on. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly code: string
  readonly reason: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  /** 1-based position in the whole message. */
  readonly position: number | undefined
  /** 1-based position in {@link internalQuery}. */
  readonly internalPosition: number | undefined
  readonly internalQuery: string | undefined
  readonly where: string | undefined
  /** The message that was refused. */
  readonly sent: string | undefined
}> {
  override get message() {
    return this.reason
  }
}

/** The connection is gone: what was under way may or may not have happened. */
export class Lost extends Data.TaggedError("Lost")<{
  readonly reason: string
  readonly code: string | undefined
  /** It had been used before, and was found dead at its next use: another one may do better. */
  readonly isStale?: boolean
}> {
  override get message() {
    return this.reason
  }
}

export type Fault = Refused | Lost

/**
 * Each SQLSTATE with which a server ends a session: its word for FATAL is in its own language, and pg hands on no
 * other.
 */
const fatal = new Set([
  "57P01",
  "57P02",
  "57P03",
  "57P04",
  "57P05",
  "08000",
  "08003",
  "08006",
  "25P03",
  "25P04"
])

const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

/** What pg rejects with, as a value. */
export const from = (cause: unknown, sent?: string): Fault => {
  if (!(cause instanceof pg.DatabaseError)) {
    return new Lost(Network.describe(cause))
  }
  const code = cause.code ?? "XX000"
  if (fatal.has(code) || cause.severity === "FATAL" || cause.severity === "PANIC") {
    return new Lost({ reason: cause.message, code })
  }
  return new Refused({
    code,
    reason: cause.message,
    detail: cause.detail,
    hint: cause.hint,
    position: number(cause.position),
    internalPosition: number(cause.internalPosition),
    internalQuery: cause.internalQuery,
    where: cause.where,
    sent
  })
}

/** What BfM itself refuses, where the server has nothing to say. */
export const refusal = ({ code = "BF000", reason, hint, detail }: Outcome.Fault): Refused =>
  new Refused({
    code,
    reason,
    detail,
    hint,
    position: undefined,
    internalPosition: undefined,
    internalQuery: undefined,
    where: undefined,
    sent: undefined
  })

/** A refusal of our own. Codes begin with `BF`. */
export const ours = (code: `BF${string}`, reason: string, hint?: string, detail?: string): Refused =>
  refusal({ code, reason, hint, detail })

/** Worth another try on another connection, where nothing is lost by sending it twice. */
export const isStale = (error: unknown): boolean => error instanceof Lost && error.isStale === true

/** Could not get a lock in time, or was chosen to end a deadlock: the same step may succeed a moment later. */
export const isContention = (fault: Fault): boolean =>
  fault._tag === "Refused" && (fault.code === "55P03" || fault.code === "40P01" || fault.code === "40001")
