import { compare } from "../domain/Identity.ts"
import type { Migration } from "../domain/Migration.ts"

/** One migration in one schema. */
export interface Node {
  readonly key: string
  readonly migration: Migration
  readonly schema: string
  /** Position of the schema in the request: a schema is finished before the next one is begun. */
  readonly rank: number
}

/** Nodes, and for each the keys of the nodes that must come before it. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, Node>
  readonly before: ReadonlyMap<string, ReadonlySet<string>>
}

/** The order among nodes that are free to run: schema as requested, then version, connection, name. */
export const byVersion = (a: Node, b: Node): number =>
  a.rank - b.rank ||
  compare(a.migration, b.migration) ||
  (a.schema < b.schema ? -1 : a.schema > b.schema ? 1 : 0)

/**
 * Topological order, ties by {@link byVersion}: the same graph gives the same order, whatever the order of
 * its maps. What cannot be ordered is in a cycle, or behind one.
 */
export const sort = (
  graph: Graph
): { readonly ordered: ReadonlyArray<Node>; readonly rest: ReadonlyArray<Node> } => {
  // Ranks are numbered once, so that the heap compares integers and not ids.
  const nodes = [...graph.nodes.values()].sort(byVersion)
  const index = new Map(nodes.map((node, position) => [node.key, position]))
  const waits = new Int32Array(nodes.length)
  const next: Array<Array<number>> = nodes.map(() => [])
  for (const [position, node] of nodes.entries()) {
    for (const key of graph.before.get(node.key) ?? []) {
      const from = index.get(key)
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

/** One cycle among nodes that could not be ordered, in the order of dependence. */
export const cycle = (graph: Graph, rest: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const stuck = new Map(rest.map(node => [node.key, node]))
  const path: Array<Node> = []
  const seen = new Map<string, number>()
  let node = rest[0]
  while (node !== undefined) {
    const known = seen.get(node.key)
    if (known !== undefined) return path.slice(known)
    seen.set(node.key, path.length)
    path.push(node)
    // Every stuck node waits for another stuck one, so the walk must come back to where it was.
    node = [...(graph.before.get(node.key) ?? [])]
      .map(key => stuck.get(key))
      .find(found => found !== undefined)
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
