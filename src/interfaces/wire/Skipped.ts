import * as Schema from "effect/Schema"
import { Backend } from "../../domain/Backend.ts"
import type { Skip } from "../../domain/History.ts"
import * as Origin from "./Origin.ts"

/** A migration that was selected and had nothing to do. */
export const Skipped = Schema.Struct({
  id: Schema.Int,
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  connection: Schema.String,
  backend: Backend,
  executed_by: Schema.String,
  execution_method: Schema.String,
  execution_context: Schema.String,
  /** RFC 3339. */
  skipped_at: Schema.String,
  created_at: Schema.String
}).annotations({
  identifier: "Skipped",
  examples: [
    {
      id: 1,
      migration_id: "20250101120000_create_users_postgresql_core",
      schema: "core",
      version: "20250101120000",
      connection: "core",
      backend: "postgresql",
      executed_by: "ci",
      execution_method: "api",
      execution_context:
        '{"connection_type":"http","endpoint":"/api/v1/migrations/up","method":"POST","request_id":"01KB1"}',
      skipped_at: "2026-11-22T09:22:26.000Z",
      created_at: "2026-11-22T09:22:26.000Z"
    }
  ]
})
export type Skipped = typeof Skipped.Type

/** `number` counts the items of one answer: the state knows no number of its own. */
export const fromSkip = (skip: Skip, number: number): Skipped => ({
  id: number,
  migration_id: skip.migration_id,
  schema: skip.schema,
  version: skip.version,
  connection: skip.connection,
  backend: skip.backend,
  executed_by: skip.actor,
  execution_method: skip.method,
  execution_context: Origin.context(skip.method, skip.request),
  skipped_at: skip.at,
  created_at: skip.at
})
