import * as Dbmate from "./Dbmate.ts"
import * as Flyway from "./Flyway.ts"
import type { Tool } from "./Foreign.ts"
import * as GolangMigrate from "./GolangMigrate.ts"
import * as Goose from "./Goose.ts"
import * as NodePgMigrate from "./NodePgMigrate.ts"

/** The tools whose folders and histories can be taken over. */
export const all: ReadonlyArray<Tool> = [
  Flyway.tool,
  GolangMigrate.tool,
  Dbmate.tool,
  Goose.tool,
  NodePgMigrate.tool
]
