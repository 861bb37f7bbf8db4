import * as Schema from "effect/Schema"

/** A migration that another tool, or a Go BfM, applied in a schema: for ledger and state. */
export const Entry = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  /** RFC 3339; absent where nobody wrote it down. */
  applied_at: Schema.optional(Schema.String),
  actor: Schema.String,
  method: Schema.String
})
export type Entry = typeof Entry.Type

/** What was tried or taken back: it stays pending. */
export const NotApplied = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  reason: Schema.String
})
export type NotApplied = typeof NotApplied.Type

/** What only a person can know or mend. */
export const Question = Schema.Struct({
  /** A migration's id, or what stands in the old records. */
  subject: Schema.String,
  schema: Schema.optional(Schema.String),
  reason: Schema.String,
  /** What to do about it. */
  remedy: Schema.String
})
export type Question = typeof Question.Type

/** What every report of a takeover says, whoever was there before; its files are of different kinds. */
export const fields = {
  entries: Schema.Array(Entry),
  /** How many are in the ledgers already, or were decided about since. */
  known: Schema.Int,
  pending: Schema.Array(NotApplied),
  questions: Schema.Array(Question),
  /** Applied by the records, and among no files. */
  unknown: Schema.Array(Schema.String),
  notes: Schema.Array(Schema.String),
  /** Under which the entries were written; empty when none were. */
  run_id: Schema.String
} as const

/** Of any takeover. */
export interface Report extends Schema.Struct.Type<typeof fields> {
  readonly done: boolean
  readonly files: ReadonlyArray<unknown>
}
