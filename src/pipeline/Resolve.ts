import type { PlanProblem } from "../domain/Errors.ts"
import { canonical, short } from "../domain/Identity.ts"
import * as Ledger from "../domain/Ledger.ts"
import type { Migration } from "../domain/Migration.ts"
import type { NotPlanned } from "../domain/Plan.ts"
import { type Choice, notPlanned, type Placed } from "./Choose.ts"
import * as Graph from "./Graph.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import * as References from "./References.ts"
import type { Lookup, World } from "./World.ts"

/** The order in which a choice runs, with everything that it depends on. */
export interface Resolution {
  readonly ordered: ReadonlyArray<Graph.Node>
  readonly before: Graph.Graph["before"]
  readonly waiting: ReadonlyArray<NotPlanned>
  readonly problems: ReadonlyArray<PlanProblem>
}

const nodeOf = ({ migration, schema }: Placed, requested: ReadonlyArray<string>): Graph.Node => ({
  key: Ledger.key(canonical(migration), schema),
  migration,
  schema,
  rank: Math.max(0, requested.indexOf(schema))
})

/** Version order of what was chosen, and nothing else. */
export const byVersion = (choice: Choice, requested: ReadonlyArray<string>): Resolution => ({
  ordered: choice.pending.map(placed => nodeOf(placed, requested)).sort(Graph.byVersion),
  before: new Map(),
  waiting: [],
  problems: []
})

/**
 * The choice and, transitively, across connections and backends, every pending migration that it depends
 * on, in an order that respects each dependency. An unknown one, or a cycle, is a problem: nothing may run.
 */
export const resolve = (
  world: World,
  entry: Lookup,
  choice: Choice,
  requested: ReadonlyArray<string>,
  bound: boolean
): Resolution => {
  const nodes = new Map<string, Graph.Node>()
  const before = new Map<string, ReadonlySet<string>>()
  const problems: Array<PlanProblem> = []
  const homeless = new Map<string, Migration>()
  const queue = choice.pending.map(placed => nodeOf(placed, requested))
  for (const node of queue) nodes.set(node.key, node)
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at]
    if (node === undefined) break
    const needs = dependenciesOf(world, entry, node, requested)
    problems.push(...needs.problems)
    if (needs.homeless !== undefined) homeless.set(node.key, needs.homeless)
    for (const placed of needs.pending) {
      const next = nodeOf(placed, requested)
      if (nodes.has(next.key)) continue
      nodes.set(next.key, next)
      queue.push(next)
    }
    before.set(node.key, new Set(needs.pending.map(placed => nodeOf(placed, requested).key)))
  }
  if (bound) problems.push(...[...new Set(homeless.values())].map(Problem.schemaRequired))
  const waiting = bound ? new Map<string, NotPlanned>() : withdraw(world, { nodes, before }, homeless)
  for (const key of waiting.keys()) nodes.delete(key)
  const graph = { nodes, before }
  const { ordered, rest } = Graph.sort(graph)
  if (rest.length > 0) problems.push(Problem.cycle(world, Graph.cycle(graph, rest)))
  return { ordered, before, waiting: [...waiting.values()], problems }
}

/** The pending migrations that one node needs directly. */
const dependenciesOf = (
  world: World,
  entry: Lookup,
  node: Graph.Node,
  requested: ReadonlyArray<string>
): {
  pending: ReadonlyArray<Placed>
  problems: ReadonlyArray<PlanProblem>
  homeless: Migration | undefined
} => {
  const pending: Array<Placed> = []
  const problems: Array<PlanProblem> = []
  let homeless: Migration | undefined
  for (const dependency of node.migration.dependsOn) {
    const targets = References.resolve(world.references, node.migration, dependency)
    if (targets.length === 0) problems.push(Problem.unknownDependency(world, node.migration, dependency))
    for (const migration of targets) {
      const connection = world.connections.get(migration.connection)
      if (connection === undefined) {
        problems.push(Problem.unconfiguredDependency(node.migration, migration))
        continue
      }
      const schemas = Placement.ofDependency(migration, connection, node.schema, requested)
      if (schemas.length === 0) homeless = migration
      for (const schema of schemas) {
        const found = entry(migration, schema)
        if (found?.direction === "down") problems.push(Problem.interruptedDown(world, migration, schema))
        else if (found === undefined || found.state === "running") pending.push({ migration, schema })
      }
    }
  }
  return { pending, problems, homeless }
}

/** What depends, however indirectly, on a migration that waits for a schema, waits with it. */
const withdraw = (
  world: World,
  graph: Graph.Graph,
  homeless: ReadonlyMap<string, Migration>
): ReadonlyMap<string, NotPlanned> => {
  const causes = new Map(homeless)
  const dependents = new Map<string, Array<string>>()
  for (const [key, needs] of graph.before) {
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), key])
  }
  const queue = [...causes]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const key of dependents.get(next[0]) ?? []) {
      if (causes.has(key)) continue
      causes.set(key, next[1])
      queue.push([key, next[1]])
    }
  }
  const waiting = new Map<string, NotPlanned>()
  for (const [key, cause] of causes) {
    const node = graph.nodes.get(key)
    if (node !== undefined) {
      waiting.set(key, notPlanned(world, node, `waits for ${short(cause)}, which needs a schema`))
    }
  }
  return waiting
}
