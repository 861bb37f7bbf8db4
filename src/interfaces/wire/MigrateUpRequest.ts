import * as Schema from "effect/Schema"
import type { UpRequest } from "../../domain/Request.ts"
import { MigrationTarget, toTarget } from "./MigrationTarget.ts"
import * as Optional from "./Optional.ts"

/** `POST /api/v1/migrations/up`: any number of schemas. */
export const MigrateUpRequest = Schema.Struct({
  /** Absent: everything of the connection. */
  target: Schema.optional(Schema.NullOr(MigrationTarget)),
  /** The connection that is selected, unless the target names one. */
  connection: Schema.NonEmptyString,
  /** The schemas to run in, one after the other. */
  schemas: Optional.texts,
  dry_run: Optional.flag,
  ignore_dependencies: Optional.flag,
  variables: Optional.variables
}).annotations({
  identifier: "MigrateUpRequest",
  examples: [{ target: { version: "20250115000000" }, connection: "core", schemas: ["tenant_a", "tenant_b"] }]
})
export type MigrateUpRequest = typeof MigrateUpRequest.Type

export const toUp = (request: MigrateUpRequest): UpRequest => ({
  target: toTarget(request.target, request.connection),
  schemas: Optional.named(request.schemas),
  variables: request.variables ?? {},
  ignore_dependencies: request.ignore_dependencies ?? false,
  out_of_order: "allow",
  strict_schema: true
})
