import type { Scope } from "../../domain/Principal.ts"
import type { MigrationService } from "./generated/migration_pb.ts"

/** What a method needs: a scope, or nothing at all. */
export type Access = "public" | Scope

/** A new method does not compile until it is said here who may call it. */
const methods: Record<keyof typeof MigrationService.method, Access> = {
  migrate: "migrate",
  streamMigrate: "migrate",
  migrateUp: "migrate",
  migrateDown: "rollback",
  rollbackMigration: "rollback",
  listMigrations: "read",
  getMigration: "read",
  getMigrationStatus: "read",
  isMigrationApplied: "read",
  getMigrationHistory: "read",
  listHistory: "read",
  listExecutions: "read",
  listSkipped: "read",
  orderMigrations: "read",
  listTenants: "read",
  listConnections: "read",
  reindexMigrations: "migrate",
  health: "public",
  plan: "read",
  // Which scope it takes beyond that depends on what is begun or ended.
  startRun: "read",
  cancelRun: "read",
  resumeRun: "read",
  getRun: "read",
  getRunResult: "read",
  listWorkers: "read",
  listRuns: "read",
  watchRun: "read"
}

const isMethod = (name: string): name is keyof typeof methods => name in methods

/** What a method needs, by its local name. */
export const of = (method: string): Access => (isMethod(method) ? methods[method] : "admin")

/** Which services and messages there are. */
export const reflection: Access = "read"
