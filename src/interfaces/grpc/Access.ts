import type { Scope } from "../../domain/Principal.ts"
import type { MigrationService } from "./generated/migration_pb.ts"

/** What a method needs: a scope, or nothing at all. `dryRun` is enough when nothing is to be changed. */
export type Access = "public" | { readonly scope: Scope; readonly dryRun?: Scope }

const read: Access = { scope: "read" }
const migrate: Access = { scope: "migrate", dryRun: "read" }
const rollback: Access = { scope: "rollback", dryRun: "read" }

/** A new method does not compile until it is said here who may call it. */
export const ofMethod: Record<keyof typeof MigrationService.method, Access> = {
  migrate,
  streamMigrate: migrate,
  migrateUp: migrate,
  migrateDown: rollback,
  rollbackMigration: { scope: "rollback" },
  listMigrations: read,
  getMigration: read,
  getMigrationStatus: read,
  isMigrationApplied: read,
  getMigrationHistory: read,
  listExecutions: read,
  listSkipped: read,
  orderMigrations: read,
  listConnections: read,
  reindexMigrations: { scope: "migrate" },
  health: "public",
  plan: read,
  // What they begin or end says which scope it takes.
  startRun: read,
  cancelRun: read,
  getRun: read,
  listRuns: read,
  watchRun: read
}

/** The scope that a request needs. */
export const needed = (access: Exclude<Access, "public">, request: object): Scope =>
  access.dryRun !== undefined && "dryRun" in request && request.dryRun === true ? access.dryRun : access.scope
