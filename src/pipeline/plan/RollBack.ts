import * as Either from "effect/Either"
import {
  type MigrationAmbiguous,
  type MigrationNotFound,
  type PlanProblem,
  RequestInvalid
} from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { NotPlanned } from "../../domain/Plan.ts"
import type { DownRequest } from "../../domain/Request.ts"
import { notPlanned, type Placed } from "./Choose.ts"
import * as Find from "./Find.ts"
import * as Graph from "./Graph.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import * as References from "./References.ts"
import * as Scope from "./Scope.ts"
import type { Lookup, World } from "./World.ts"

/** The order in which a request is rolled back: what depends on something goes before it. */
export interface Order {
  readonly ordered: ReadonlyArray<Graph.Node>
  readonly before: Graph.Graph["before"]
  readonly skipped: ReadonlyArray<NotPlanned>
  readonly problems: ReadonlyArray<PlanProblem>
}

/** The migration that is meant, and the schemas in which it is to be rolled back. */
export const find = (
  world: World,
  request: DownRequest
): Either.Either<ReadonlyArray<Placed>, MigrationNotFound | MigrationAmbiguous | RequestInvalid> =>
  Either.flatMap(Find.find(world, request.id, request.schemas), ({ migration, schema }) =>
    Either.map(places(world, migration, schema, request.schemas), schemas =>
      schemas.map(place => ({ migration, schema: place }))
    )
  )

const places = (
  world: World,
  migration: Migration,
  spelled: string | undefined,
  requested: ReadonlyArray<string>
): Either.Either<ReadonlyArray<string>, RequestInvalid> => {
  if (requested.length > 0) {
    const { connection } = migration
    return Either.flatMap(Scope.parse(requested), selectors =>
      Either.map(Scope.expand(world, selectors, new Set([connection])), scope => scope.of(connection))
    )
  }
  if (spelled !== undefined) return Either.right([spelled])
  const home = Placement.home(migration, world.connections.get(migration.connection))
  const applied = appliedSchemas(world, migration)
  if (home !== undefined && (applied.includes(home) || applied.length === 0)) return Either.right([home])
  if (applied.length <= 1) return Either.right(applied.length === 0 ? [""] : applied)
  const id = canonical(migration)
  return Either.left(
    new RequestInvalid({
      problems: [
        `${id} is applied in ${applied.length} schemas (${applied.slice(0, 5).join(", ")}${applied.length > 5 ? ", …" : ""}): name them with --schema`
      ]
    })
  )
}

/** Schemas in whose ledger the migration stands. */
export const appliedSchemas = (world: World, migration: Migration): ReadonlyArray<string> => {
  const id = canonical(migration)
  const groups = world.inspections.get(migration.connection)?.groups ?? []
  return groups.filter(({ mark }) => mark.migrationId === id).flatMap(({ schemas }) => schemas)
}

/** Refuses while something applied depends on it, takes that along with `cascade`, or looks away when told to. */
export const order = (
  world: World,
  entry: Lookup,
  asked: ReadonlyArray<Placed>,
  request: DownRequest
): Order => {
  const dependents = dependentsOf(world)
  const met = new Graph.Nodes()
  const before = new Map<Graph.Node, ReadonlyArray<Graph.Node>>()
  const skipped: Array<NotPlanned> = []
  const problems: Array<PlanProblem> = []
  const queue: Array<Graph.Node> = []
  const add = (placed: Placed, rank: number): Graph.Node => {
    const node = { ...placed, rank }
    const known = met.known(node)
    if (known !== undefined) return known
    const found = entry(placed.migration, placed.schema)
    // What was begun is finished first: a script that takes back the whole would meet a part.
    if (found?.state === "running" && found.direction === "up") {
      problems.push(Problem.interruptedUp(Problem.shownId(world, placed.migration, placed.schema)))
    } else queue.push(node)
    return node
  }
  for (const [rank, placed] of asked.entries()) {
    if (entry(placed.migration, placed.schema) !== undefined) add(placed, rank)
    else skipped.push(notPlanned(world, placed, "not applied"))
  }
  for (let at = 0; at < queue.length && !request.ignore_dependencies; at++) {
    const node = queue[at]
    if (node === undefined) break
    const standing = applied(world, entry, dependents, node)
    const id = Problem.shownId(world, node.migration, node.schema)
    if (standing.length > 0 && !request.cascade) {
      const names = standing.map(({ migration, schema }) => Problem.shownId(world, migration, schema))
      problems.push(Problem.dependentsApplied(id, names))
      continue
    }
    if (standing.length > 0) {
      before.set(
        node,
        standing.map(placed => add(placed, node.rank))
      )
    }
  }
  const graph = { nodes: queue, before }
  const { ordered, rest } = Graph.sort(graph, Graph.newestFirst)
  if (rest.length > 0) problems.push(Problem.cycle(world, Graph.cycle(graph, rest)))
  return { ordered, before, skipped, problems }
}

/** For each migration those that name it as a dependency. */
const dependentsOf = (world: World): ReadonlyMap<Migration, ReadonlyArray<Migration>> => {
  const dependents = new Map<Migration, Array<Migration>>()
  for (const migration of world.catalog.migrations) {
    for (const dependency of migration.dependsOn) {
      // A barrier is about the moment at which something is applied.
      if (dependency.tenants !== undefined) continue
      for (const target of References.resolve(world.references, migration, dependency)) {
        dependents.set(target, [...(dependents.get(target) ?? []), migration])
      }
    }
  }
  return dependents
}

/** Dependents that are applied in a schema where they need exactly this node. */
const applied = (
  world: World,
  entry: Lookup,
  dependents: ReadonlyMap<Migration, ReadonlyArray<Migration>>,
  node: Graph.Node
): ReadonlyArray<Placed> => {
  const connection = world.connections.get(node.migration.connection)
  const isThere = (schema: string) => entry(node.migration, schema) !== undefined
  return (dependents.get(node.migration) ?? []).flatMap(migration =>
    appliedSchemas(world, migration)
      .filter(schema => entry(migration, schema) !== undefined)
      .filter(schema => Placement.isNeeded(node.migration, connection, node.schema, schema, isThere))
      .map(schema => ({ migration, schema }))
  )
}
