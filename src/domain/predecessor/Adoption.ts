import * as Schema from "effect/Schema"
import * as Takeover from "../Takeover.ts"

/** Directives that a file gets. */
export const FileEdit = Schema.Struct({
  migration_id: Schema.String,
  /** As messages show it. */
  path: Schema.String,
  lines: Schema.Array(Schema.String)
})
export type FileEdit = typeof FileEdit.Type

/** What adopting the Go BfM's records did, or would do. */
export const AdoptionReport = Schema.Struct({
  /** Where they were read. */
  from: Schema.String,
  generations: Schema.Array(Schema.String),
  /** False for a dry run, and when there was nothing to do. */
  done: Schema.Boolean,
  files: Schema.Array(FileEdit),
  ...Takeover.fields
})
export type AdoptionReport = typeof AdoptionReport.Type
