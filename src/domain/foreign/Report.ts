import * as Schema from "effect/Schema"
import * as Takeover from "../Takeover.ts"

/** A migration that becomes files of ours. */
export const ImportedFile = Schema.Struct({
  migration_id: Schema.String,
  /** As the other tool calls it. */
  from: Schema.String,
  /** What is written; empty where it was imported before. */
  paths: Schema.Array(Schema.String)
})
export type ImportedFile = typeof ImportedFile.Type

/** What importing another tool's migrations did, or would do. */
export const ForeignReport = Schema.Struct({
  tool: Schema.String,
  /** The folder. */
  from: Schema.String,
  /** The history table; empty where there is none: nothing was applied. */
  history: Schema.String,
  /** False for a dry run, and when there was nothing to do. */
  done: Schema.Boolean,
  files: Schema.Array(ImportedFile),
  ...Takeover.fields
})
export type ForeignReport = typeof ForeignReport.Type
