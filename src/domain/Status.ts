import * as Schema from "effect/Schema"
import { Backend } from "./Backend.ts"

/** What can be said of one migration in one schema. */
export const Status = Schema.Literal(
  "pending",
  "applied",
  "failed",
  "rolled_back",
  "running",
  "interrupted",
  "missing",
  "changed"
)
export type Status = typeof Status.Type

/** One migration in one schema as it stands now. */
export const StatusItem = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  applied: Schema.Boolean,
  status: Status,
  /** RFC 3339, by the target's clock. */
  applied_at: Schema.optional(Schema.String),
  /** Who applied it, and through what. */
  actor: Schema.optional(Schema.String),
  method: Schema.optional(Schema.String),
  /** Why it failed, or what to do about its status. */
  note: Schema.optional(Schema.String),
  tags: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  /** True when the store could not be asked: this is what the state remembers of it. */
  remembered: Schema.optional(Schema.Boolean)
})
export type StatusItem = typeof StatusItem.Type

/** A connection that the sources or the configuration know. */
export const ConnectionStatus = Schema.Struct({
  connection: Schema.String,
  backend: Backend,
  /** False when only the sources know it. */
  configured: Schema.Boolean,
  /** `db1:5432/app`; empty when not configured. */
  address: Schema.String,
  /** Why it could not be asked. */
  error: Schema.optional(Schema.String),
  /** How many items have each status. */
  counts: Schema.Record({ key: Schema.String, value: Schema.Int })
})
export type ConnectionStatus = typeof ConnectionStatus.Type

export const StatusReport = Schema.Struct({
  items: Schema.Array(StatusItem),
  total: Schema.Int,
  connections: Schema.Array(ConnectionStatus),
  warnings: Schema.Array(Schema.String)
})
export type StatusReport = typeof StatusReport.Type
