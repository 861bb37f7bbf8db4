import * as Schema from "effect/Schema"
import type { UpRequest } from "../../domain/Request.ts"
import { MigrationTarget, toTarget } from "./MigrationTarget.ts"
import * as Optional from "./Optional.ts"

/** `POST /api/v1/migrations/up`: any number of schemas. */
export const MigrateUpRequest = Schema.Struct({
  /** Absent: everything of the connection. */
  target: Schema.optionalWith(MigrationTarget, { nullable: true }),
  /** The connection that is selected, unless the target names one. */
  connection: Schema.NonEmptyString,
  /** The schemas to run in, one after the other. */
  schemas: Optional.texts,
  dry_run: Optional.flag,
  ignore_dependencies: Optional.flag,
  variables: Optional.variables
}).annotations({
  identifier: "MigrateUpRequest",
  examples: [
    {
      target: {
        backend: "",
        schema: "",
        tables: [],
        version: "20250115000000",
        connection: "core",
        tags: []
      },
      connection: "core",
      schemas: ["tenant_a", "tenant_b"],
      dry_run: false,
      ignore_dependencies: false,
      variables: {}
    }
  ]
})
export type MigrateUpRequest = typeof MigrateUpRequest.Type

export const toUp = (request: MigrateUpRequest): UpRequest => ({
  target: toTarget(request.target, request.connection),
  schemas: request.schemas,
  variables: request.variables,
  ignore_dependencies: request.ignore_dependencies,
  out_of_order: "allow",
  strict_schema: true
})
