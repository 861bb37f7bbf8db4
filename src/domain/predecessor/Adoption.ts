import * as Schema from "effect/Schema"

/** Directives that a file gets. */
export const FileEdit = Schema.Struct({
  migration_id: Schema.String,
  /** As messages show it. */
  path: Schema.String,
  lines: Schema.Array(Schema.String)
})
export type FileEdit = typeof FileEdit.Type

/** A migration that the Go BfM applied in a schema, for ledger and state. */
export const AdoptedEntry = Schema.Struct({
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
export type AdoptedEntry = typeof AdoptedEntry.Type

/** What the Go BfM tried or took back: it stays pending. */
export const NotApplied = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  reason: Schema.String
})
export type NotApplied = typeof NotApplied.Type

/** What only a person can know or mend. */
export const Question = Schema.Struct({
  /** A migration's id, or what stands in the old tables. */
  subject: Schema.String,
  schema: Schema.optional(Schema.String),
  reason: Schema.String,
  /** What to do about it. */
  remedy: Schema.String
})
export type Question = typeof Question.Type

/** What adopting the Go BfM's records did, or would do. */
export const AdoptionReport = Schema.Struct({
  /** Where they were read. */
  from: Schema.String,
  generations: Schema.Array(Schema.String),
  /** False for a dry run, and when there was nothing to do. */
  done: Schema.Boolean,
  files: Schema.Array(FileEdit),
  entries: Schema.Array(AdoptedEntry),
  /** How many are in the ledgers already, or were decided about since. */
  known: Schema.Int,
  pending: Schema.Array(NotApplied),
  questions: Schema.Array(Question),
  /** Applied by the records, and among no files. */
  unknown: Schema.Array(Schema.String),
  notes: Schema.Array(Schema.String),
  /** Under which the entries were written; empty when none were. */
  run_id: Schema.String
})
export type AdoptionReport = typeof AdoptionReport.Type
