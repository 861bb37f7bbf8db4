import type * as Dependency from "../../domain/Dependency.ts"
import type { PlanProblem } from "../../domain/Errors.ts"
import { canonical, rendered, short } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Variable from "../../domain/Variable.ts"
import type { Node } from "./Graph.ts"
import * as Placement from "./Placement.ts"
import * as References from "./References.ts"
import type { World } from "./World.ts"

/** The id under which a migration in a schema is shown. */
export const shownId = (world: World, migration: Migration, schema: string): string =>
  rendered(migration, schema, Placement.home(migration, world.connections.get(migration.connection)) ?? "")

/** The same for thousands of schemas: what a migration's ids have in common is written once. */
export const shownIds = (world: World): ((migration: Migration, schema: string) => string) => {
  const known = new Map<Migration, { readonly id: string; readonly home: string }>()
  return (migration, schema) => {
    let common = known.get(migration)
    if (common === undefined) {
      const home = Placement.home(migration, world.connections.get(migration.connection)) ?? ""
      common = { id: canonical(migration), home }
      known.set(migration, common)
    }
    return schema === "" || schema === common.home ? common.id : `${schema}_${common.id}`
  }
}

/** Where the migration is written, for messages. */
const source = (migration: Migration) => ({ path: migration.up.path })

export const schemaRequired = (migration: Migration): PlanProblem => ({
  kind: "schema_required",
  reason: `migration ${short(migration)} has dynamic schema but no schema provided in request`
})

/** Why a migration waits, and the command that helps. */
export const needsSchema = (migration: Migration): string =>
  `needs a schema: bfm migrate up --connection ${migration.connection} --schema NAME`

/** The same where schemas were named, and none of them is one of its connection. */
export const noneMeant = (migration: Migration): string =>
  `none of the schemas that were asked for is one of ${migration.connection}`

export const unknownDependency = (
  world: World,
  migration: Migration,
  dependency: Dependency.Dependency
): PlanProblem => {
  const connection = dependency.connection ?? migration.connection
  const hint = References.hint(world.references, connection, dependency.target)
  return {
    kind: "dependency_unknown",
    ...source(migration),
    ...(dependency.line === undefined ? {} : { line: dependency.line }),
    reason: `bfm-depends-on: no migration "${dependency.target}" on ${connection}${hint}`
  }
}

/** `tenants` have to be so far; `missing` are not. */
export const barrier = (
  migration: Migration,
  dependency: Dependency.Dependency,
  reason: string
): PlanProblem => ({
  kind: "barrier",
  ...source(migration),
  ...(dependency.line === undefined ? {} : { line: dependency.line }),
  reason
})

export const unconfiguredDependency = (migration: Migration, target: Migration): PlanProblem => ({
  kind: "dependency_unknown",
  ...source(migration),
  reason: `depends on ${target.connection}/${short(target)}, but connection ${target.connection} is not configured`
})

export const cycle = (world: World, nodes: ReadonlyArray<Node>): PlanProblem => ({
  kind: "dependency_cycle",
  reason: `dependency cycle: ${[...nodes, ...nodes.slice(0, 1)]
    .map(node => shownId(world, node.migration, node.schema))
    .join(" needs ")}`
})

export const interruptedDown = (world: World, migration: Migration, schema: string): PlanProblem => {
  const id = shownId(world, migration, schema)
  return {
    kind: "interrupted",
    id,
    reason: `rolling back ${id} was interrupted; finish it (bfm migrate down ${id}) or say what is true (bfm resolve ${id} --applied|--pending)`
  }
}

export const interruptedUp = (id: string): PlanProblem => ({
  kind: "interrupted",
  id,
  reason: `${id} was interrupted while it was applied; finish it (bfm migrate up) or say what is true (bfm resolve ${id} --applied|--pending)`
})

export const outOfOrder = (id: string, newest: string): PlanProblem => ({
  kind: "out_of_order",
  id,
  reason: `${id} is older than ${newest}, which is applied already (--out-of-order=refuse)`
})

/** What stands in the ledger without a schema would be applied once more, perhaps over itself. */
export const schemaMoved = (connection: string, home: string, [first, ...others]: Applied): PlanProblem => {
  const what = `${short(first)}${others.length === 0 ? "" : ` and ${others.length} more`}`
  const variable = Variable.of(connection, "SCHEMA")
  return {
    kind: "schema_moved",
    id: canonical(first),
    reason: `${what} of ${connection} ${others.length === 0 ? "is" : "are"} applied from before ${variable} was ${home}; if that is where they are, leave ${variable} out, or say so of each (bfm resolve ID --schema ${home} --applied); to apply them there too: --schema ${home}`
  }
}

type Applied = readonly [Migration, ...ReadonlyArray<Migration>]

export const noDown = (id: string, migration: Migration): PlanProblem => ({
  kind: "no_down",
  id,
  ...source(migration),
  reason: `${id} has no down script, it cannot be rolled back`
})

export const dependentsApplied = (id: string, dependents: ReadonlyArray<string>): PlanProblem => ({
  kind: "dependents_applied",
  id,
  reason: `${id} cannot be rolled back while these depend on it: ${dependents.join(", ")} (--cascade rolls them back first)`
})
