import * as Schema from "effect/Schema"
import { Backend } from "../../domain/Backend.ts"
import type { Migration } from "../../domain/Migration.ts"
import { Status, type StatusItem } from "../../domain/Status.ts"
import { problem, since } from "./MigrationStatus.ts"

/** One migration in one schema, in a list. */
export const MigrationItem = Schema.Struct({
  migration_id: Schema.String,
  schema: Schema.String,
  /** The table that it is about; empty when that is not known. */
  table: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  applied: Schema.Boolean,
  status: Status,
  /** RFC 3339. */
  applied_at: Schema.optional(Schema.String),
  error_message: Schema.optional(Schema.String),
  /** `key=value`. */
  tags: Schema.optional(Schema.Array(Schema.String)),
  /** True when the store could not be asked: this is what the state remembers. */
  remembered: Schema.optional(Schema.Boolean)
}).annotations({
  identifier: "MigrationItem",
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
      status: "applied",
      applied_at: "2026-11-22T09:22:26.000Z",
      tags: ["env=prod"]
    }
  ]
})
export type MigrationItem = typeof MigrationItem.Type

/** What lists and details say alike. `migration` is absent when it is no longer among the sources. */
export const common = (item: StatusItem, migration: Migration | undefined) => ({
  migration_id: item.migration_id,
  schema: item.schema,
  table: migration?.table ?? "",
  version: item.version,
  name: item.name,
  connection: item.connection,
  backend: item.backend,
  applied: item.applied
})

export const fromItem = (item: StatusItem, migration: Migration | undefined): MigrationItem => ({
  ...common(item, migration),
  status: item.status,
  ...since(item),
  ...problem(item),
  ...(item.tags === undefined ? {} : { tags: tags(item.tags) }),
  ...(item.remembered === true ? { remembered: true } : {})
})

/** `key=value`, as they are written in a script. */
export const tags = (known: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(known).map(([key, value]) => `${key}=${value}`)
