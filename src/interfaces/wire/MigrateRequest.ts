import * as Schema from "effect/Schema"
import type { UpRequest } from "../../domain/Request.ts"
import { MigrationTarget, toTarget } from "./MigrationTarget.ts"
import * as Optional from "./Optional.ts"

/** `POST /api/v1/migrate` and the rpc `Migrate`: one schema at most. */
export const MigrateRequest = Schema.Struct({
  target: MigrationTarget,
  /** The connection that is selected, unless the target names one. */
  connection: Schema.NonEmptyString,
  /** The schema to run in. */
  schema: Optional.text,
  /** The same by its later name. */
  schema_name: Optional.text,
  /** Without a schema: the schema `cli_{environment}`. */
  environment: Optional.text,
  dry_run: Optional.flag,
  ignore_dependencies: Optional.flag,
  variables: Optional.variables
}).annotations({
  identifier: "MigrateRequest",
  examples: [
    {
      target: { backend: "postgresql", schema: "core", tables: [], version: "", connection: "core" },
      connection: "core",
      schema: "core",
      environment: "",
      dry_run: false
    }
  ]
})
export type MigrateRequest = typeof MigrateRequest.Type

export const toUp = (request: MigrateRequest): UpRequest => ({
  target: toTarget(request.target, request.connection),
  schemas: schemas(request),
  variables: request.variables ?? {},
  ignore_dependencies: request.ignore_dependencies ?? false,
  out_of_order: "allow",
  strict_schema: true
})

const schemas = ({ schema, schema_name, environment }: MigrateRequest): ReadonlyArray<string> => {
  const named = Optional.given(schema) ?? Optional.given(schema_name)
  if (named !== undefined) return [named]
  const tenant = Optional.given(environment)
  return tenant === undefined ? [] : [`cli_${tenant}`]
}
