import type { Bfm } from "./Bfm.ts"
import type { Change } from "./Corpus.ts"
import type { Options } from "./Options.ts"
import type { Server } from "./Server.ts"
import type { Tool } from "./Tools.ts"

/** What every part of the benchmark works with. */
export interface Context {
  readonly options: Options
  readonly server: Server
  readonly bfm: Bfm
  readonly psql: Tool
  readonly dbmate: Tool
  readonly nodePgMigrate: Tool
  /** Its folder of libraries. */
  readonly liquibase: Tool
  readonly changes: ReadonlyArray<Change>
  readonly files: Files
  /** Says what is being done; not part of the result. */
  readonly tell: (text: string) => void
}

/** Where the contestants' migrations and our own programs are. */
export interface Files {
  readonly psqlScript: string
  readonly dbmateDirectory: string
  readonly nodePgMigrateDirectory: string
  readonly liquibaseDirectory: string
  /** For what the tenants' teams need. */
  readonly tenants: string
  readonly planner: string
  readonly proxy: string
  readonly load: string
  readonly bareServer: string
  /** Makes a Node program say at its end how much memory it took. */
  readonly memoryReport: string
}
