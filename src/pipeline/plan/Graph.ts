import { compare } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"

/** One migration in one schema. */
export interface Node {
  readonly migration: Migration
  readonly schema: string
  /** Position of the schema in the request: a schema is finished before the next one is begun. */
  readonly rank: number
}

/** Nodes, and for each that needs any the nodes that must come before it. A node is the same only as itself. */
export interface Graph {
  readonly nodes: Iterable<Node>
  readonly before: ReadonlyMap<Node, ReadonlyArray<Node>>
}

/** The nodes that were met, each once. */
export class Nodes {
  readonly #met = new Map<Migration, Map<string, Node>>()

  /** The node of this migration in this schema that was met first; `undefined` when this is the first. */
  known(node: Node): Node | undefined {
    const schemas = this.#met.get(node.migration) ?? new Map<string, Node>()
    this.#met.set(node.migration, schemas)
    const found = schemas.get(node.schema)
    if (found === undefined) schemas.set(node.schema, node)
    return found
  }

  find(migration: Migration, schema: string): Node | undefined {
    return this.#met.get(migration)?.get(schema)
  }
}

/** The order among nodes that are free to run: schema as requested, then version, connection, name. */
export const byVersion = (a: Node, b: Node): number =>
  a.rank - b.rank ||
  compare(a.migration, b.migration) ||
  (a.schema < b.schema ? -1 : a.schema > b.schema ? 1 : 0)

/** The same on the way back: what came last goes first. */
export const newestFirst = (a: Node, b: Node): number =>
  a.rank - b.rank ||
  compare(b.migration, a.migration) ||
  (a.schema < b.schema ? -1 : a.schema > b.schema ? 1 : 0)

/**
 * Topological order, ties by `among`: the same graph gives the same order, whatever the order of
 * its maps. What cannot be ordered is in a cycle, or behind one.
 */
export const sort = (
  graph: Graph,
  among: (a: Node, b: Node) => number = byVersion
): { readonly ordered: ReadonlyArray<Node>; readonly rest: ReadonlyArray<Node> } => {
  // Ranks are numbered once, so that the heap compares integers and not ids.
  const nodes = [...graph.nodes].sort(among)
  if (graph.before.size === 0) return { ordered: nodes, rest: [] }
  const index = new Map(nodes.map((node, position) => [node, position]))
  if (inOrder(graph, index)) return { ordered: nodes, rest: [] }
  const waits = new Int32Array(nodes.length)
  const next: Array<Array<number>> = nodes.map(() => [])
  for (const [position, node] of nodes.entries()) {
    for (const needed of graph.before.get(node) ?? []) {
      const from = index.get(needed)
      if (from === undefined) continue
      next[from]?.push(position)
      waits[position] = (waits[position] ?? 0) + 1
    }
  }
  const free = new Heap()
  for (const position of nodes.keys()) if (waits[position] === 0) free.push(position)
  const ordered: Array<Node> = []
  for (let position = free.pop(); position !== undefined; position = free.pop()) {
    const node = nodes[position]
    if (node !== undefined) ordered.push(node)
    for (const after of next[position] ?? []) {
      const left = (waits[after] ?? 0) - 1
      waits[after] = left
      if (left === 0) free.push(after)
    }
  }
  return { ordered, rest: nodes.filter((_, position) => (waits[position] ?? 0) > 0) }
}

/** Whether every node stands behind what it needs already: then no other order comes before this one. */
const inOrder = (graph: Graph, index: ReadonlyMap<Node, number>): boolean => {
  for (const [node, needs] of graph.before) {
    const position = index.get(node)
    if (position === undefined) continue
    for (const need of needs) if ((index.get(need) ?? -1) >= position) return false
  }
  return true
}

/** One cycle among nodes that could not be ordered, in the order of dependence. */
export const cycle = (graph: Graph, rest: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const stuck = new Set(rest)
  const path: Array<Node> = []
  const seen = new Map<Node, number>()
  let node = rest[0]
  while (node !== undefined) {
    const known = seen.get(node)
    if (known !== undefined) return path.slice(known)
    seen.set(node, path.length)
    path.push(node)
    // Every stuck node waits for another stuck one, so the walk must come back to where it was.
    node = graph.before.get(node)?.find(needed => stuck.has(needed))
  }
  return path
}

/** Binary heap of numbers, smallest first. */
class Heap {
  readonly #items: Array<number> = []

  push(item: number): void {
    const items = this.#items
    let at = items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent] ?? 0
      if (above <= item) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  pop(): number | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      if (child + 1 < items.length && (items[child + 1] ?? 0) < (items[child] ?? 0)) child++
      const below = items[child] ?? 0
      if (below >= last) break
      items[at] = below
      at = child
    }
    items[at] = last
    return top
  }
}
