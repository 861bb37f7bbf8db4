import * as Schema from "effect/Schema"
import { Backend } from "./Backend.ts"
import { Cause } from "./Run.ts"

/** Where the names of a connection's tenants come from: `{CONN}_TENANTS`. */
export type Tenants =
  | { readonly _tag: "List"; readonly names: ReadonlyArray<string> }
  /** What the store is asked: a query whose first column has the names, or for etcd the prefix above them. */
  | { readonly _tag: "Query"; readonly text: string }

/** `behind`: something is pending. `failed`: of that, the last attempt has failed. */
export const Standing = Schema.Literal("at_head", "behind", "failed")
export type Standing = typeof Standing.Type

/** One tenant as it stands now. */
export const Tenant = Schema.Struct({
  connection: Schema.String,
  schema: Schema.String,
  standing: Standing,
  /** The newest version that is applied there; empty when none is. */
  version: Schema.String,
  applied: Schema.Int,
  pending: Schema.Int,
  /** Why it failed, and which migration. */
  reason: Schema.optional(Schema.String),
  migration_id: Schema.optional(Schema.String)
})
export type Tenant = typeof Tenant.Type

/** A connection that has tenants. */
export const TenantConnection = Schema.Struct({
  connection: Schema.String,
  backend: Backend,
  /** `db1:5432/app`. */
  address: Schema.String,
  /** The newest version that there is for its tenants; empty when there is none. */
  head: Schema.String,
  tenants: Schema.Int,
  at_head: Schema.Int,
  behind: Schema.Int,
  failed: Schema.Int,
  /** Why it could not be asked. */
  error: Schema.optional(Schema.String)
})
export type TenantConnection = typeof TenantConnection.Type

export const TenantsReport = Schema.Struct({
  items: Schema.Array(Tenant),
  total: Schema.Int,
  connections: Schema.Array(TenantConnection),
  causes: Schema.Array(Cause),
  warnings: Schema.Array(Schema.String)
})
export type TenantsReport = typeof TenantsReport.Type
