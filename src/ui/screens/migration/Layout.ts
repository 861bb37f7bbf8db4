import * as dagre from "@dagrejs/dagre"
import type { Neighbourhood } from "bfm/client"

export type { Neighbourhood } from "bfm/client"

/** Of one box, in pixels. */
export const size = { width: 216, height: 52 }

/** Boxes and lines with their places, in pixels. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly nodes: ReadonlyArray<Neighbourhood["nodes"][number] & { readonly x: number; readonly y: number }>
  readonly edges: ReadonlyArray<{ readonly key: string; readonly path: string }>
}

/** Everything stands below what it depends on. */
export const layout = ({ nodes, edges }: Neighbourhood): Drawing => {
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 44, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { migration_id: id } of nodes) graph.setNode(id, { ...size })
  for (const { before, after } of edges) graph.setEdge(before, after)
  dagre.layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: nodes.map(node => {
      const { x, y } = graph.node(node.migration_id)
      return { ...node, x, y }
    }),
    edges: edges.map(({ before, after }) => ({
      key: `${before} ${after}`,
      path: line(graph.edge(before, after).points ?? [])
    }))
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** A smooth line through the points: each but the ends bends it. */
const line = (points: ReadonlyArray<Point>): string => {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (first === undefined || last === undefined) return ""
  const bends = rest.slice(0, -1).map(({ x, y }, index) => {
    const next = rest[index + 1] ?? last
    const end = next === last ? last : { x: (x + next.x) / 2, y: (y + next.y) / 2 }
    return `Q${x} ${y} ${end.x} ${end.y}`
  })
  return `M${first.x} ${first.y}${bends.length === 0 ? `L${last.x} ${last.y}` : bends.join("")}`
}
