import * as Schema from "effect/Schema"
import type { BfmError } from "../../domain/Errors.ts"
import type { Run, RunResult } from "../../domain/Run.ts"
import * as MigrateResponse from "./MigrateResponse.ts"

/** What rolling one migration back came to. */
export const RollbackResponse = Schema.Struct({
  success: Schema.Boolean,
  message: Schema.String,
  applied: Schema.Array(Schema.String),
  skipped: Schema.Array(Schema.String),
  errors: Schema.Array(Schema.String),
  /** A worker will carry it out: what becomes of it, the run with this id says. */
  queued: Schema.optional(Schema.Boolean),
  job_id: Schema.optional(Schema.String),
  /** What a person should know: that no worker listens. */
  notice: Schema.optional(Schema.String)
}).annotations({
  identifier: "RollbackResponse",
  examples: [
    {
      success: true,
      message: "rollback completed successfully for 1 schema(s)",
      applied: ["20250101120000_create_users_postgresql_core"],
      skipped: [],
      errors: []
    }
  ]
})
export type RollbackResponse = typeof RollbackResponse.Type

/** Nothing was applied, so there was nothing to take back. */
export const nothing = "no migrations to rollback"

export const fromResult = (result: RunResult): RollbackResponse => {
  const { applied, skipped, errors } = MigrateResponse.fromDown(result)
  if (result.success && applied.length === 0) {
    return { success: false, message: nothing, applied, skipped, errors }
  }
  return {
    success: result.success,
    message: result.success
      ? `rollback completed successfully for ${applied.length} schema(s)`
      : "rollback failed",
    applied,
    skipped,
    errors
  }
}

/** Of one that waits for a worker. */
export const fromQueued = (run: Run) => ({ ...MigrateResponse.fromQueued(run), message: "rollback queued" })

/** Of one that could not begin. */
export const fromError = (error: BfmError): RollbackResponse => {
  const missing = error._tag === "PlanRejected" && error.problems.every(({ kind }) => kind === "no_down")
  const message = missing ? "migration does not have rollback SQL" : "rollback failed"
  const { applied, skipped, errors } = MigrateResponse.fromError(error)
  return { success: false, message, applied, skipped, errors }
}
