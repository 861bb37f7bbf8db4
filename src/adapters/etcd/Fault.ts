import * as Data from "effect/Data"
import type { Variable } from "./Settings.ts"

/** The server answered no, and did nothing. */
export class Refused extends Data.TaggedError("Refused")<{
  /** The name of the gRPC status, or a code of our own that begins with `BF`. */
  readonly code: string
  readonly reason: string
  readonly hint?: string
}> {
  override get message() {
    return this.reason
  }
}

/** There was no answer: what was asked for may or may not have happened. */
export class Lost extends Data.TaggedError("Lost")<{
  readonly reason: string
  readonly code: string | undefined
}> {
  override get message() {
    return this.reason
  }
}

/** Nothing can succeed before somebody mends a setting. */
export class Misconfigured extends Data.TaggedError("Misconfigured")<{
  readonly variable: Variable
  readonly reason: string
}> {
  override get message() {
    return this.reason
  }
}

export type Fault = Refused | Lost | Misconfigured

/** After these nobody knows whether the request was carried out. */
const unknown = new Set([
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "ABORTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS"
])

/** Of a refusal: words of the server, and which of our settings they speak of. */
const settings: ReadonlyArray<readonly [words: string, variable: Variable, reason: string]> = [
  [
    "authentication failed, invalid user ID or password",
    "password",
    "etcd refuses this user name or password"
  ],
  ["user name is empty", "username", "is not set, and this etcd wants a user name and a password"],
  [
    "authentication is not enabled",
    "username",
    "is set, but this etcd knows no users: authentication is off there"
  ]
]

const hints: ReadonlyArray<readonly [words: string, hint: string]> = [
  [
    "permission denied",
    "grant the role of this user readwrite on the prefix of the connection and on the prefix of the ledger"
  ],
  ["database space exceeded", "compact and defragment etcd, then disarm its alarm"],
  [
    "request is too large",
    "the server takes less in one request than usual (--max-request-bytes): make the values smaller"
  ],
  [
    "too many operations",
    "the server takes fewer operations in one transaction than usual: --max-txn-ops must be 128 or more"
  ]
]

/** What the client rejects with, as a value. Its errors say everything in their message: `14 UNAVAILABLE: …`. */
export const from = (cause: unknown): Fault => {
  const message = cause instanceof Error ? cause.message : String(cause)
  const [, code = "", text = message] = /^\d+ ([A-Z_]+): (.*)$/s.exec(message) ?? []
  const reason = plain(text)
  const setting = settings.find(([words]) => reason.includes(words))
  if (setting !== undefined) return new Misconfigured({ variable: setting[1], reason: setting[2] })
  if (code === "" || unknown.has(code) || isBusy(code, reason) || isOutdated(code, reason)) {
    return new Lost({ reason, code: code === "" ? undefined : code })
  }
  const hint = hints.find(([words]) => reason.includes(words))?.[1]
  return new Refused({ code, reason, ...(hint === undefined ? {} : { hint }) })
}

/** Without what only the client's own authors understand. */
const plain = (text: string): string =>
  text
    .replace(/^etcdserver: /, "")
    .replace(/^No connection established\. Last error: (?:Error: )?(.*)\. Resolution note: $/s, "$1")
    // It has given up before it knew why.
    .replace(/^null$/, "no connection could be made")
    .replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)$/, "")
    .replace(/^.*SSL routines:\w*:(.*?):.*$/s, "$1")
    .replace(/^Deadline exceeded.*$/s, "no answer in time")

/** Its quota is reached. etcd looks at that before it carries a request out and after it has: what was asked may be done. */
export const isFull = (fault: Fault): boolean =>
  fault._tag === "Refused" && fault.code === "RESOURCE_EXHAUSTED" && fault.reason.includes("space exceeded")

/** A full disk quota has the same status, and trying again does not help it. */
const isBusy = (code: string, reason: string): boolean =>
  code === "RESOURCE_EXHAUSTED" && reason.includes("too many requests")

/** The token was good a moment ago: users or roles were changed meanwhile. */
const isOutdated = (code: string, reason: string): boolean =>
  code === "UNAUTHENTICATED" || reason.includes("revision of auth store is old")

/** A refusal of our own, where the server has nothing to say. */
export const ours = (code: `BF${string}`, reason: string, hint?: string): Refused =>
  new Refused({ code, reason, ...(hint === undefined ? {} : { hint }) })

/** History before some revision is not kept for ever. */
export const isCompacted = (fault: Fault): boolean =>
  fault._tag === "Refused" && fault.reason.includes("compacted")
