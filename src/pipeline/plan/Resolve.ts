import type { PlanProblem } from "../../domain/Errors.ts"
import { short } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { NotPlanned } from "../../domain/Plan.ts"
import type { Connection } from "../../ports/Connections.ts"
import * as Barrier from "./Barrier.ts"
import { type Choice, isMoved, notPlanned } from "./Choose.ts"
import * as Graph from "./Graph.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import * as References from "./References.ts"
import type { Scope } from "./Scope.ts"
import type { Lookup, World } from "./World.ts"

/** The order in which a choice runs, with everything that it depends on. */
export interface Resolution {
  readonly ordered: ReadonlyArray<Graph.Node>
  readonly before: Graph.Graph["before"]
  readonly waiting: ReadonlyArray<NotPlanned>
  readonly problems: ReadonlyArray<PlanProblem>
}

/** Version order of what was chosen, and nothing else. */
export const byVersion = (choice: Choice): Resolution => ({
  ordered: [...choice.pending].sort(Graph.byVersion),
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
  scope: Scope,
  bound: boolean
): Resolution => {
  const met = new Graph.Nodes()
  const before = new Map<Graph.Node, ReadonlyArray<Graph.Node>>()
  const problems: Array<PlanProblem> = []
  const homeless = new Map<Graph.Node, Migration>()
  const queue = choice.pending.filter(node => met.known(node) === undefined)
  const targets = targetsIn(world)
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at]
    if (node === undefined) break
    const direct = targets(node.migration)
    if (direct === none) continue
    problems.push(...direct.problems)
    const needs: Array<Graph.Node> = []
    for (const { migration, connection } of direct.found) {
      const schemas = Placement.ofDependency(migration, connection, node.schema, scope)
      if (schemas.length === 0) homeless.set(node, migration)
      for (const schema of schemas) {
        const found = entry(migration, schema)
        if (found === undefined && isMoved(migration, connection, scope, entry))
          problems.push(Problem.schemaMoved(connection.name, schema, [migration]))
        else if (found?.direction === "down") problems.push(Problem.interruptedDown(world, migration, schema))
        else if (found === undefined || found.state === "running") {
          const fresh = met.find(migration, schema) ?? { migration, schema, rank: scope.rank(schema) }
          if (met.known(fresh) === undefined) queue.push(fresh)
          needs.push(fresh)
        }
      }
    }
    if (needs.length > 0) before.set(node, needs)
  }
  const barred = Barrier.check(world, queue)
  for (const [node, planned] of barred.after) before.set(node, [...(before.get(node) ?? []), ...planned])
  problems.push(...barred.problems)
  if (bound) {
    problems.push(...[...new Set(homeless.values())].map(Problem.schemaRequired))
    for (const [{ migration }, { dependency, reason }] of barred.closed)
      problems.push(Problem.barrier(migration, dependency, reason))
  }
  const waiting = bound
    ? new Map<Graph.Node, NotPlanned>()
    : withdraw(world, before, causesOf(homeless, barred))
  const graph = { nodes: waiting.size === 0 ? queue : queue.filter(node => !waiting.has(node)), before }
  const { ordered, rest } = Graph.sort(graph)
  if (rest.length > 0) problems.push(Problem.cycle(world, Graph.cycle(graph, rest)))
  return { ordered, before, waiting: [...waiting.values()], problems }
}

/** The migrations that one depends on directly, and what is wrong with the others that it names. */
interface Targets {
  readonly found: ReadonlyArray<{ readonly migration: Migration; readonly connection: Connection }>
  readonly problems: ReadonlyArray<PlanProblem>
}

const none: Targets = { found: [], problems: [] }

/** Looked up once for each migration, in however many schemas it runs. */
const targetsIn = (world: World): ((migration: Migration) => Targets) => {
  const known = new Map<Migration, Targets>()
  return migration => {
    if (migration.dependsOn.length === 0) return none
    const targets = known.get(migration) ?? targetsOf(world, migration)
    known.set(migration, targets)
    return targets
  }
}

const targetsOf = (world: World, from: Migration): Targets => {
  const found: Array<Targets["found"][number]> = []
  const problems: Array<PlanProblem> = []
  for (const dependency of from.dependsOn) {
    if (dependency.tenants !== undefined) continue
    const targets = References.resolve(world.references, from, dependency)
    if (targets.length === 0) problems.push(Problem.unknownDependency(world, from, dependency))
    for (const migration of targets) {
      const connection = world.connections.get(migration.connection)
      if (connection === undefined) problems.push(Problem.unconfiguredDependency(from, migration))
      else found.push({ migration, connection })
    }
  }
  return { found, problems }
}

/** Why a node waits, and what is said of those that depend on it. */
interface Cause {
  readonly own: string
  readonly others: string
}

const causesOf = (
  homeless: ReadonlyMap<Graph.Node, Migration>,
  { closed }: Barrier.Barriers
): ReadonlyMap<Graph.Node, Cause> => {
  const causes = new Map<Graph.Node, Cause>()
  for (const [node, cause] of homeless) {
    const own = `waits for ${short(cause)}, which needs a schema`
    causes.set(node, { own, others: own })
  }
  for (const [node, { reason }] of closed) {
    const others = `waits for ${short(node.migration)}, which waits for tenants`
    causes.set(node, { own: `waits: ${reason}`, others })
  }
  return causes
}

/** What depends, however indirectly, on a migration that waits, waits with it. */
const withdraw = (
  world: World,
  before: Graph.Graph["before"],
  causes: ReadonlyMap<Graph.Node, Cause>
): ReadonlyMap<Graph.Node, NotPlanned> => {
  if (causes.size === 0) return new Map()
  const dependents = new Map<Graph.Node, Array<Graph.Node>>()
  for (const [node, needs] of before) {
    for (const need of needs) {
      const known = dependents.get(need)
      if (known === undefined) dependents.set(need, [node])
      else known.push(node)
    }
  }
  const reasons = new Map([...causes].map(([node, { own }]) => [node, own]))
  const queue = [...causes].map(([node, { others }]) => [node, others] as const)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [node, reason] = next
    for (const dependent of dependents.get(node) ?? []) {
      if (reasons.has(dependent)) continue
      reasons.set(dependent, reason)
      queue.push([dependent, reason])
    }
  }
  return new Map([...reasons].map(([node, reason]) => [node, notPlanned(world, node, reason)]))
}
