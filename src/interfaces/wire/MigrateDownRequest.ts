import * as Schema from "effect/Schema"
import type { DownRequest } from "../../domain/Request.ts"
import * as Optional from "./Optional.ts"

/** `POST /api/v1/migrations/down` and the rpc `MigrateDown`. */
export const MigrateDownRequest = Schema.Struct({
  /** Any accepted spelling of an id. */
  migration_id: Schema.NonEmptyString,
  /** Absent: where it is at home, or the only schema in which it is applied. */
  schemas: Optional.texts,
  dry_run: Optional.flag,
  /** Roll back even though something applied depends on it. */
  ignore_dependencies: Optional.flag,
  /** First roll back what depends on it. */
  cascade: Optional.flag,
  variables: Optional.variables
}).annotations({
  identifier: "MigrateDownRequest",
  examples: [{ migration_id: "20250115000000_bootstrap_solution_postgresql_core", schemas: ["tenant_a"] }]
})
export type MigrateDownRequest = typeof MigrateDownRequest.Type

export const toDown = (request: MigrateDownRequest): DownRequest => ({
  id: request.migration_id,
  schemas: Optional.named(request.schemas),
  variables: request.variables ?? {},
  cascade: request.cascade ?? false,
  generated: false,
  ignore_dependencies: request.ignore_dependencies ?? false
})
