import type { PlanProblem } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { NotPlanned } from "../../domain/Plan.ts"
import type { Connection } from "../../ports/Connections.ts"
import * as Compile from "./Compile.ts"
import type * as Graph from "./Graph.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import type { Scope } from "./Scope.ts"
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
  readonly pending: ReadonlyArray<Graph.Node>
  readonly skipped: ReadonlyArray<NotPlanned>
  readonly waiting: ReadonlyArray<NotPlanned>
  readonly problems: ReadonlyArray<PlanProblem>
}

export const notPlanned = (world: World, { migration, schema }: Placed, reason: string): NotPlanned =>
  notPlannedIn({ migration, schema }, Problem.shownId(world, migration, schema), reason, true)

const notPlannedIn = (
  { migration, schema }: Placed,
  id: string,
  reason: string,
  first: boolean
): NotPlanned => {
  const item: NotPlanned = {
    id,
    migration_id: canonical(migration),
    connection: migration.connection,
    schema,
    version: migration.version,
    name: migration.name,
    reason
  }
  return Compile.withTable(item, migration, first)
}

/**
 * Pending = selected minus applied: a set, never a high-water mark. `bound`: the request means exactly these
 * migrations, so that one without a schema is an error and not merely waiting.
 */
export const choose = (
  world: World,
  entry: Lookup,
  selection: Select.Selection,
  scope: Scope,
  bound: boolean
): Choice => {
  const pending: Array<Graph.Node> = []
  const skipped: Array<NotPlanned> = []
  const waiting: Array<NotPlanned> = []
  const problems: Array<PlanProblem> = []
  const moved = new Map<string, [Migration, ...Array<Migration>]>()
  const shownId = Problem.shownIds(world)
  for (const migration of world.catalog.migrations) {
    const connection = world.connections.get(migration.connection)
    if (connection === undefined || !Select.matches(selection, scope, migration, connection)) continue
    const schemas = Placement.schemas(migration, connection, scope, bound)
    if (schemas.length === 0 && bound) problems.push(Problem.schemaRequired(migration))
    if (schemas.length === 0 && !bound) {
      const reason = scope.named ? Problem.noneMeant(migration) : Problem.needsSchema(migration)
      waiting.push(notPlanned(world, { migration, schema: "" }, reason))
    }
    for (const schema of schemas) {
      const found = entry(migration, schema)
      if (found === undefined && isMoved(migration, connection, scope, entry)) {
        const known = moved.get(migration.connection)
        if (known === undefined) moved.set(migration.connection, [migration])
        else known.push(migration)
      } else if (found === undefined) pending.push({ migration, schema, rank: scope.rank(schema) })
      else if (found.direction === "down") problems.push(Problem.interruptedDown(world, migration, schema))
      else if (found.state === "running") pending.push({ migration, schema, rank: scope.rank(schema) })
      else {
        const id = shownId(migration, schema)
        skipped.push(notPlannedIn({ migration, schema }, id, "already applied", schemas.length === 1))
      }
    }
  }
  for (const [connection, migrations] of moved) {
    const home = world.connections.get(connection)?.schema ?? ""
    problems.push(Problem.schemaMoved(connection, home, migrations))
  }
  return { pending, skipped, waiting, problems }
}

/** Whether it was applied when nobody had named the connection's schema, and is not asked for by name now. */
export const isMoved = (migration: Migration, { schema }: Connection, scope: Scope, entry: Lookup): boolean =>
  !scope.named &&
  schema !== "" &&
  migration.schema._tag === "Unspecified" &&
  entry(migration, "") !== undefined
