import type * as Dependency from "../../domain/Dependency.ts"
import { renderDependency } from "../../domain/Dependency.ts"
import type { PlanProblem } from "../../domain/Errors.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Coverage from "./Coverage.ts"
import type * as Graph from "./Graph.ts"
import * as Problem from "./Problem.ts"
import * as References from "./References.ts"
import type { World } from "./World.ts"

/** What the barriers before some nodes come to. */
export interface Barriers {
  /** Nodes whose barrier opens only with what the same plan does first. */
  readonly after: ReadonlyMap<Graph.Node, ReadonlyArray<Graph.Node>>
  /** Nodes that cannot run yet, and why. */
  readonly closed: ReadonlyMap<
    Graph.Node,
    { readonly dependency: Dependency.Dependency; readonly reason: string }
  >
  readonly problems: ReadonlyArray<PlanProblem>
}

/** How far the tenants of a connection are with one migration. */
interface Count {
  readonly tenants: ReadonlySet<string>
  readonly applied: number
  readonly planned: ReadonlyArray<Graph.Node>
}

/**
 * Counts, for every node with a barrier, in how many tenants what it names is applied, or planned here: then it
 * comes after all of that. A barrier takes nothing along, it only waits.
 */
export const check = (world: World, nodes: ReadonlyArray<Graph.Node>): Barriers => {
  const after = new Map<Graph.Node, ReadonlyArray<Graph.Node>>()
  const closed = new Map<Graph.Node, { dependency: Dependency.Dependency; reason: string }>()
  const problems: Array<PlanProblem> = []
  const counts = new Map<Migration, Count>()
  for (const node of nodes) {
    for (const dependency of node.migration.dependsOn) {
      if (dependency.tenants === undefined) continue
      const targets = References.resolve(world.references, node.migration, dependency)
      if (targets.length === 0) problems.push(Problem.unknownDependency(world, node.migration, dependency))
      for (const target of targets) {
        if (!world.connections.has(target.connection)) {
          problems.push(Problem.unconfiguredDependency(node.migration, target))
          continue
        }
        const count = counts.get(target) ?? countOf(world, target, nodes)
        counts.set(target, count)
        // What runs in the tenants itself goes out with a later run than what it waits for.
        const inside = node.migration.connection === target.connection && count.tenants.has(node.schema)
        const planned = inside ? [] : count.planned
        const reason = refusal(dependency, target, { ...count, planned })
        if (reason !== undefined) closed.set(node, { dependency, reason })
        else if (planned.length > 0) after.set(node, [...(after.get(node) ?? []), ...planned])
      }
    }
  }
  return { after, closed, problems }
}

/** Those that `{CONN}_TENANTS` names; where nobody says, every schema that has a migration of tenants or gets one here. */
const countOf = (world: World, target: Migration, nodes: ReadonlyArray<Graph.Node>): Count => {
  const connection = world.connections.get(target.connection)
  const survey = world.inspections.get(target.connection)
  const ours = connection === undefined ? [] : Coverage.migrationsOf(connection, world.catalog.migrations)
  const applied =
    survey === undefined ? new Map<string, ReadonlyArray<Migration>>() : Coverage.appliedIn(survey, ours)
  const names = new Set(world.tenants.get(target.connection) ?? applied.keys())
  if (!world.tenants.has(target.connection)) {
    const own = new Set(ours)
    for (const { migration, schema } of nodes) if (own.has(migration)) names.add(schema)
  }
  return {
    tenants: names,
    applied: [...names].filter(name => applied.get(name)?.includes(target) === true).length,
    planned: nodes.filter(node => node.migration === target && names.has(node.schema))
  }
}

const refusal = (
  dependency: Dependency.Dependency,
  target: Migration,
  { tenants: { size: tenants }, applied, planned }: Count
): string | undefined => {
  const reached = applied + planned.length
  const needed = Math.ceil((tenants * (dependency.tenants ?? 100)) / 100 - 1e-9)
  if (reached >= needed) return undefined
  const share = tenants === 0 ? 0 : Math.floor((reached * 1_000) / tenants) / 10
  return `${renderDependency(dependency)}: applied in ${reached} of ${tenants} tenants of ${target.connection} (${share} %), ${needed - reached} more are needed`
}
