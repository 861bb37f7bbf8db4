import type { Plan, Step } from "../../domain/Plan.ts"

/** A step in the order of a plan, with the steps that must have ended before. */
export interface PlanNode {
  readonly step: Step
  /** Positions, ascending. */
  readonly after: ReadonlyArray<number>
}

/** A plan as a graph: the order across connections and backends. */
export const nodes = ({ steps }: Plan): ReadonlyArray<PlanNode> => {
  const positions = new Map(steps.map(step => [step.id, step.position]))
  return steps.map(step => ({
    step,
    after: step.after.flatMap(id => positions.get(id) ?? []).sort((a, b) => a - b)
  }))
}

/** The graph in Mermaid's language: one box per connection, an arrow from each step to those that wait for it. */
export const mermaid = (plan: Plan): string => {
  const all = nodes(plan)
  const connections = [...new Set(plan.steps.map(({ connection }) => connection))].sort()
  const boxes = connections.flatMap((connection, index) => {
    const inside = plan.steps.filter(step => step.connection === connection)
    const backend = inside[0]?.backend ?? ""
    return [
      `  subgraph c${index + 1}["${label(`${connection} (${backend})`)}"]`,
      ...inside.map(step => `    s${step.position}["${label(text(step))}"]`),
      "  end"
    ]
  })
  const arrows = all.flatMap(({ step, after }) =>
    after.map(position => `  s${position} --> s${step.position}`)
  )
  return [`flowchart ${plan.direction === "up" ? "TD" : "BT"}`, ...boxes, ...arrows, ""].join("\n")
}

const text = ({ position, version, name, schema }: Step): string =>
  `${position}. ${version} ${name}${schema === "" ? "" : `, schema ${schema}`}`

/** Quotes and `#` have a meaning in Mermaid; entities do not. */
const label = (words: string): string =>
  words.replaceAll(/[^A-Za-z0-9 _.,:()/-]/gu, found => `#${found.codePointAt(0)};`)
