import * as Schema from "effect/Schema"
import { Status, type StatusItem } from "../../domain/Status.ts"

/** How one migration stands. */
export const MigrationStatus = Schema.Struct({
  applied: Schema.Boolean,
  /** As it was asked for. */
  migration_id: Schema.String,
  status: Status,
  /** RFC 3339. */
  applied_at: Schema.optional(Schema.String),
  error_message: Schema.optional(Schema.String),
  /** True when the store could not be asked: this is what the state remembers. */
  remembered: Schema.optional(Schema.Boolean)
}).annotations({
  identifier: "MigrationStatus",
  examples: [
    {
      applied: true,
      migration_id: "20250101120000_create_users_postgresql_core",
      status: "applied",
      applied_at: "2026-11-22T09:22:26.000Z"
    }
  ]
})
export type MigrationStatus = typeof MigrationStatus.Type

/** A migration of which nothing is known is pending. */
export const fromItem = (asked: string, item: StatusItem | undefined): MigrationStatus => ({
  applied: item?.applied ?? false,
  migration_id: asked,
  status: item?.status ?? "pending",
  ...(item === undefined ? {} : since(item)),
  ...(item === undefined ? {} : problem(item)),
  ...(item?.remembered === true ? { remembered: true } : {})
})

/** When it was applied. */
export const since = ({ applied, applied_at }: StatusItem): { readonly applied_at?: string } =>
  applied && applied_at !== undefined ? { applied_at } : {}

/** Why it is not as it should be. */
export const problem = ({ status, note }: StatusItem): { readonly error_message?: string } =>
  note !== undefined && status !== "pending" && status !== "applied" ? { error_message: note } : {}
