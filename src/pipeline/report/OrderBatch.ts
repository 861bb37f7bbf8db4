import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type MigrationAmbiguous, RequestInvalid } from "../../domain/Errors.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Find from "../plan/Find.ts"
import * as Graph from "../plan/Graph.ts"
import * as Problem from "../plan/Problem.ts"
import * as References from "../plan/References.ts"
import { Snapshot } from "./Snapshot.ts"

export interface Request {
  /** Any accepted spellings. */
  readonly ids: ReadonlyArray<string>
  /** To which all of them must belong. */
  readonly connection: string
}

/** The same ids, as they were spelled and as often, in the order in which they would have to run. */
export const order = Effect.fn("OrderBatch.order")(function* (request: Request) {
  const snapshot = yield* Snapshot
  return yield* orderIn((yield* snapshot.current).index, request)
})

export const orderIn = (
  index: Find.Index,
  { ids, connection }: Request
): Either.Either<ReadonlyArray<string>, RequestInvalid | MigrationAmbiguous> => {
  const spelled = new Map<Migration, Array<string>>()
  const unknown: Array<string> = []
  for (const id of ids) {
    const found = Find.findIn(index, id)
    if (Either.isRight(found)) {
      spelled.set(found.right.migration, [...(spelled.get(found.right.migration) ?? []), id])
    } else if (found.left._tag === "MigrationAmbiguous") return Either.left(found.left)
    else unknown.push(id)
  }
  if (unknown.length > 0) return invalid([`unknown migration_id(s): ${unknown.join(", ")}`])
  const foreign = [...spelled].filter(([migration]) => migration.connection !== connection)
  if (foreign.length > 0) {
    return invalid(
      foreign.map(
        ([migration, [id]]) =>
          `migration ${id} belongs to connection "${migration.connection}", expected "${connection}"`
      )
    )
  }
  const { nodes, before, problems } = reach(index, [...spelled.keys()])
  if (problems.length > 0) return invalid(problems)
  const graph = { nodes: [...nodes], before }
  const { ordered, rest } = Graph.sort(graph)
  if (rest.length > 0) {
    return invalid([Problem.cycle(index.world, Graph.cycle(graph, rest)).reason])
  }
  return Either.right(ordered.flatMap(({ migration }) => spelled.get(migration) ?? []))
}

const invalid = (problems: ReadonlyArray<string>) => Either.left(new RequestInvalid({ problems }))

/** The migrations and all that they depend on, so that also an order through a third one is kept. */
const reach = ({ world }: Find.Index, migrations: ReadonlyArray<Migration>) => {
  const known = new Map<Migration, Graph.Node>()
  const nodeOf = (migration: Migration): Graph.Node => {
    const node = known.get(migration) ?? { migration, schema: "", rank: 0 }
    known.set(migration, node)
    return node
  }
  const before = new Map<Graph.Node, ReadonlyArray<Graph.Node>>()
  const problems: Array<string> = []
  const queue = [...migrations]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const migration = next
    const node = nodeOf(migration)
    if (before.has(node)) continue
    const needs = migration.dependsOn.flatMap(dependency => {
      const targets = References.resolve(world.references, migration, dependency)
      if (targets.length === 0) problems.push(Problem.unknownDependency(world, migration, dependency).reason)
      return targets
    })
    queue.push(...needs)
    before.set(node, needs.map(nodeOf))
  }
  return { nodes: before.keys(), before, problems }
}
