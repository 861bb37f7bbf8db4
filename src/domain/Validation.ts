import * as Schema from "effect/Schema"

/** An applied migration held against its source. */
export const Verdict = Schema.Literal("same", "cosmetic", "changed", "missing")
export type Verdict = typeof Verdict.Type

export const ValidationItem = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  connection: Schema.String,
  version: Schema.String,
  name: Schema.String,
  verdict: Verdict,
  path: Schema.optional(Schema.String),
  /** Text as it was applied and as it is now; only where they differ. */
  applied_text: Schema.optional(Schema.String),
  source_text: Schema.optional(Schema.String)
})
export type ValidationItem = typeof ValidationItem.Type

export const ValidationReport = Schema.Struct({
  /** False when anything is `changed`. */
  valid: Schema.Boolean,
  items: Schema.Array(ValidationItem),
  total: Schema.Int
})
export type ValidationReport = typeof ValidationReport.Type
