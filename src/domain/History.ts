import * as Schema from "effect/Schema"
import { RequestOrigin } from "./Actor.ts"
import { Backend } from "./Backend.ts"

/** One thing that happened to one migration in one schema. */
export const HistoryItem = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  /** `resolved_*`: a human said so. `reconciled_removed`: the ledger does not know it any more. */
  event: Schema.Literal(
    "applied",
    "failed",
    "rolled_back",
    "rollback_failed",
    "resolved_applied",
    "resolved_pending",
    "reconciled_removed"
  ),
  /** RFC 3339. */
  at: Schema.String,
  actor: Schema.String,
  method: Schema.String,
  run_id: Schema.String,
  duration_ms: Schema.optional(Schema.Number),
  error: Schema.optional(Schema.String),
  /** Of the run, where a client asked for it. */
  request: Schema.optional(RequestOrigin)
})
export type HistoryItem = typeof HistoryItem.Type

/** A migration that a client asked for and that was applied already. */
export const Skip = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  /** RFC 3339. */
  at: Schema.String,
  actor: Schema.String,
  method: Schema.String,
  run_id: Schema.String,
  /** Of the run, where a client asked for it. */
  request: Schema.optional(RequestOrigin)
})
export type Skip = typeof Skip.Type
