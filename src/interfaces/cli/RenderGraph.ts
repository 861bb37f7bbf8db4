import type { Plan, Step } from "../../domain/Plan.ts"
import * as PlanGraph from "../../pipeline/plan/PlanGraph.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/**
 * The order of a plan as trees: each step stands below the last of the steps that it waits for, and names the
 * others. Positions are those of the plan.
 */
export const graph = (style: Style, plan: Plan): ReadonlyArray<string> => {
  const all = PlanGraph.nodes(plan)
  const below = new Map<number, Array<PlanGraph.PlanNode>>()
  for (const node of all) {
    const parent = node.after.at(-1) ?? 0
    const siblings = below.get(parent)
    if (siblings === undefined) below.set(parent, [node])
    else siblings.push(node)
  }
  const lines: Array<string> = []
  // A stack and not a recursion: a thousand migrations may hang one below the other.
  const open = (parent: number, prefix: string) =>
    (below.get(parent) ?? []).map((node, index, { length }) => ({ node, prefix, last: index === length - 1 }))
  const stack = open(0, "").reverse()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, prefix, last } = next
    const root = node.after.length === 0
    lines.push(`${prefix}${root ? "" : last ? "└─ " : "├─ "}${line(style, node)}`)
    const deeper = root ? "" : `${prefix}${last ? "   " : "│  "}`
    stack.push(...open(node.step.position, deeper).reverse())
  }
  return lines
}

const line = (style: Style, { step, after }: PlanGraph.PlanNode): string => {
  const others = after.slice(0, -1)
  const also = others.length === 0 ? "" : `, also after ${others.join(", ")}`
  const name = Text.clean(`${step.version} ${step.name}`)
  return `${step.position}  ${style.colour.bold(name)}  ${style.colour.dim(Text.clean(place(step)) + also)}`
}

const place = ({ connection, backend, schema }: Step): string =>
  `${connection} (${backend})${schema === "" ? "" : `, schema ${schema}`}`
