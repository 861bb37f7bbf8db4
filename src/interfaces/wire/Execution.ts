import * as Schema from "effect/Schema"
import { Backend } from "../../domain/Backend.ts"
import type * as Known from "../../domain/Execution.ts"

/** The last that is remembered of one migration in one schema. */
export const Execution = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  connection: Schema.String,
  backend: Backend,
  status: Schema.Literal("applied", "failed", "rolled_back"),
  applied: Schema.Boolean,
  /** RFC 3339. */
  applied_at: Schema.optional(Schema.String),
  created_at: Schema.String,
  updated_at: Schema.String
}).annotations({
  identifier: "Execution",
  examples: [
    {
      migration_id: "20250101120000_create_users_postgresql_core",
      schema: "core",
      version: "20250101120000",
      connection: "core",
      backend: "postgresql",
      status: "applied",
      applied: true,
      applied_at: "2026-11-22T09:22:26.000Z",
      created_at: "2026-11-22T09:22:26.000Z",
      updated_at: "2026-11-22T09:22:26.000Z"
    }
  ]
})
export type Execution = typeof Execution.Type

export const fromExecution = (execution: Known.Execution): Execution => {
  const at = new Date(execution.at).toISOString()
  const applied = execution.status === "applied"
  return {
    migration_id: execution.migration_id,
    schema: execution.schema,
    version: execution.version,
    connection: execution.connection,
    backend: execution.backend,
    status: execution.status,
    applied,
    ...(applied ? { applied_at: at } : {}),
    created_at: at,
    updated_at: at
  }
}
