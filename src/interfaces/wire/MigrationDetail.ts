import * as Schema from "effect/Schema"
import { Backend } from "../../domain/Backend.ts"
import { type Dependency, renderDependency, renderRequirement } from "../../domain/Dependency.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { StatusItem } from "../../domain/Status.ts"
import { common, tags } from "./MigrationItem.ts"

export const StructuredDependency = Schema.Struct({
  connection: Schema.String,
  schema: Schema.String,
  target: Schema.String,
  target_type: Schema.Literal("name", "version"),
  requires_table: Schema.optional(Schema.String),
  requires_schema: Schema.optional(Schema.String)
}).annotations({ identifier: "StructuredDependency" })
export type StructuredDependency = typeof StructuredDependency.Type

/** Everything that is known of one migration. */
export const MigrationDetail = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  table: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  applied: Schema.Boolean,
  /** The scripts as stored, not rendered; absent when it is no longer among the sources. */
  up_sql: Schema.optional(Schema.String),
  down_sql: Schema.optional(Schema.String),
  /** `[connection/]name-or-version`. */
  dependencies: Schema.optional(Schema.Array(Schema.String)),
  structured_dependencies: Schema.optional(Schema.Array(StructuredDependency)),
  /** `key=value`. */
  tags: Schema.optional(Schema.Array(Schema.String)),
  /** `table core.organizations`: what must exist before it runs. */
  requires: Schema.optional(Schema.Array(Schema.String))
}).annotations({
  identifier: "MigrationDetail",
  examples: [
    {
      migration_id: "20250101120000_create_users_postgresql_core",
      schema: "core",
      table: "users",
      version: "20250101120000",
      name: "create_users",
      connection: "core",
      backend: "postgresql",
      applied: true,
      up_sql: "CREATE TABLE users (id bigint PRIMARY KEY);\n",
      down_sql: "DROP TABLE users;\n",
      dependencies: ["bootstrap"],
      structured_dependencies: [{ connection: "core", schema: "", target: "bootstrap", target_type: "name" }]
    }
  ]
})
export type MigrationDetail = typeof MigrationDetail.Type

export const fromItem = (item: StatusItem, migration: Migration | undefined): MigrationDetail => ({
  ...common(item, migration),
  ...(migration === undefined ? {} : source(migration))
})

const source = ({ up, down, dependsOn, requires, tags: known, connection }: Migration) => ({
  up_sql: up.text,
  ...(down === undefined ? {} : { down_sql: down.text }),
  ...(dependsOn.length === 0
    ? {}
    : {
        dependencies: dependsOn.map(renderDependency),
        structured_dependencies: dependsOn.map(dependency => structured(dependency, connection))
      }),
  ...(Object.keys(known).length === 0 ? {} : { tags: tags(known) }),
  ...(requires.length === 0 ? {} : { requires: requires.map(renderRequirement) })
})

const structured = (dependency: Dependency, own: string): StructuredDependency => ({
  connection: dependency.connection ?? own,
  schema: "",
  target: dependency.target,
  target_type: /^\d{14}$/.test(dependency.target) ? "version" : "name"
})
