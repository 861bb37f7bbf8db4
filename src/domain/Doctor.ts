import * as Schema from "effect/Schema"

/** What was looked at. */
export const Area = Schema.Literal(
  "configuration",
  "sources",
  "connection",
  "rights",
  "version",
  "clock",
  "pooler",
  "ledger",
  "stuck",
  "leftover"
)
export type Area = typeof Area.Type

/** Something that a person should know. */
export const Finding = Schema.Struct({
  /** `wrong`: something does not work, or will not. `notice`: good to know. */
  severity: Schema.Literal("wrong", "notice"),
  area: Area,
  /** What it is about: `connection core`, `state`, `run 01J…`, a variable. */
  subject: Schema.String,
  reason: Schema.String,
  /** The safe next step: a command where there is one. */
  remedy: Schema.String
})
export type Finding = typeof Finding.Type

const finding =
  (severity: Finding["severity"]) =>
  (area: Area, subject: string, reason: string, remedy: string): Finding => ({
    severity,
    area,
    subject,
    reason,
    remedy
  })

/** Something does not work, or will not. */
export const wrong = finding("wrong")

/** Something is good to know. */
export const notice = finding("notice")

/** Something that was looked at and answered. */
export const Examined = Schema.Struct({
  /** `connection core`, `state`. */
  subject: Schema.String,
  address: Schema.String,
  /** `PostgreSQL 15.18`; absent when it did not answer. */
  server: Schema.optional(Schema.String),
  /** Milliseconds that its clock is ahead of ours; absent where it tells no time. */
  clock_ms: Schema.optional(Schema.Number),
  /** What such a server cannot be asked. */
  unasked: Schema.Array(Schema.String)
})
export type Examined = typeof Examined.Type

export const DoctorReport = Schema.Struct({
  /** Nothing is wrong. */
  healthy: Schema.Boolean,
  examined: Schema.Array(Examined),
  findings: Schema.Array(Finding)
})
export type DoctorReport = typeof DoctorReport.Type
