import * as Schema from "effect/Schema"
import { Backend } from "./Backend.ts"

/** The state's memory of one migration in one schema; whether it is applied, the ledger decides. */
export const Execution = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  status: Schema.Literal("applied", "failed", "rolled_back"),
  /** Milliseconds since the epoch: when this status came about. */
  at: Schema.Number,
  run_id: Schema.String,
  actor: Schema.String,
  method: Schema.String,
  error: Schema.optional(Schema.String)
})
export type Execution = typeof Execution.Type
