import type { PlanProblem } from "../domain/Errors.ts"
import { canonical } from "../domain/Identity.ts"
import type { Migration } from "../domain/Migration.ts"
import type { NotPlanned } from "../domain/Plan.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import * as Select from "./Select.ts"
import type { Lookup, World } from "./World.ts"

/** A migration in one of its schemas. */
export interface Placed {
  readonly migration: Migration
  readonly schema: string
}

/** What a selection means today. */
export interface Choice {
  /** Not applied, or interrupted on the way. */
  readonly pending: ReadonlyArray<Placed>
  readonly skipped: ReadonlyArray<NotPlanned>
  readonly waiting: ReadonlyArray<NotPlanned>
  readonly problems: ReadonlyArray<PlanProblem>
}

export const notPlanned = (world: World, { migration, schema }: Placed, reason: string): NotPlanned => ({
  id: Problem.shownId(world, migration, schema),
  migration_id: canonical(migration),
  connection: migration.connection,
  schema,
  version: migration.version,
  name: migration.name,
  // Finding it out means reading the script, and few ask.
  get table() {
    return migration.table
  },
  reason
})

/**
 * Pending = selected minus applied: a set, never a high-water mark. `bound`: the request means exactly these
 * migrations, so that one without a schema is an error and not merely waiting.
 */
export const choose = (world: World, entry: Lookup, selection: Select.Selection, bound: boolean): Choice => {
  const pending: Array<Placed> = []
  const skipped: Array<NotPlanned> = []
  const waiting: Array<NotPlanned> = []
  const problems: Array<PlanProblem> = []
  for (const migration of world.catalog.migrations) {
    const connection = world.connections.get(migration.connection)
    if (connection === undefined || !Select.matches(selection, migration, connection)) continue
    const schemas = Placement.schemas(migration, connection, selection.schemas, bound)
    if (schemas.length === 0 && bound) problems.push(Problem.schemaRequired(migration))
    if (schemas.length === 0 && !bound) {
      waiting.push(notPlanned(world, { migration, schema: "" }, Problem.needsSchema(migration)))
    }
    for (const schema of schemas) {
      const found = entry(migration, schema)
      if (found === undefined) pending.push({ migration, schema })
      else if (found.direction === "down") problems.push(Problem.interruptedDown(world, migration, schema))
      else if (found.state === "running") pending.push({ migration, schema })
      else skipped.push(notPlanned(world, { migration, schema }, "already applied"))
    }
  }
  return { pending, skipped, waiting, problems }
}
