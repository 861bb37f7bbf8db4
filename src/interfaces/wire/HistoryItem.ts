import * as Schema from "effect/Schema"
import { Backend } from "../../domain/Backend.ts"
import * as History from "../../domain/History.ts"
import * as Origin from "./Origin.ts"

/** One thing that happened to one migration in one schema. */
export const HistoryItem = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  /** Always empty: what happened is remembered without it. */
  table: Schema.String,
  version: Schema.String,
  connection: Schema.String,
  backend: Backend,
  /** RFC 3339. */
  applied_at: Schema.String,
  status: Schema.Literal("applied", "failed", "rolled_back", "pending"),
  error_message: Schema.String,
  executed_by: Schema.String,
  execution_method: Schema.String,
  /** JSON: the request that it came from. */
  execution_context: Schema.String,
  /** The same as `status`, more exactly. */
  event: History.HistoryItem.fields.event,
  run_id: Schema.String,
  duration_ms: Schema.optional(Schema.Number)
}).annotations({
  identifier: "HistoryItem",
  examples: [
    {
      migration_id: "20250101120000_create_users_postgresql_core",
      schema: "core",
      table: "",
      version: "20250101120000",
      connection: "core",
      backend: "postgresql",
      applied_at: "2026-11-22T09:22:26.000Z",
      status: "applied",
      error_message: "",
      executed_by: "ci",
      execution_method: "api",
      execution_context:
        '{"connection_type":"http","endpoint":"/api/v1/migrations/up","method":"POST","request_id":"01KB1"}',
      event: "applied",
      run_id: "01KB1Z3T5Q8S9V0W1X2Y3Z4A5B",
      duration_ms: 12
    }
  ]
})
export type HistoryItem = typeof HistoryItem.Type

const statuses: Record<History.HistoryItem["event"], HistoryItem["status"]> = {
  applied: "applied",
  failed: "failed",
  rolled_back: "rolled_back",
  rollback_failed: "failed",
  resolved_applied: "applied",
  resolved_pending: "pending",
  reconciled_removed: "pending"
}

export const fromItem = (item: History.HistoryItem): HistoryItem => ({
  migration_id: item.migration_id,
  schema: item.schema,
  table: "",
  version: item.version,
  connection: item.connection,
  backend: item.backend,
  applied_at: item.at,
  status: statuses[item.event],
  error_message: item.error ?? "",
  executed_by: item.actor,
  execution_method: item.method,
  execution_context: Origin.context(item.method, item.request),
  event: item.event,
  run_id: item.run_id,
  ...(item.duration_ms === undefined ? {} : { duration_ms: item.duration_ms })
})
