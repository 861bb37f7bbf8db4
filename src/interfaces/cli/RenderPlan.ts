import { short } from "../../domain/Identity.ts"
import type { NotPlanned, Plan, Step } from "../../domain/Plan.ts"
import * as FanOut from "./FanOut.ts"
import * as RenderStep from "./RenderStep.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** What a plan alone does not know. */
export interface PlanView {
  /** Connection to `db1:5432/app`. */
  readonly addresses: ReadonlyMap<string, string>
  /** The words that carry the plan out, without `bfm` and `--plan`. */
  readonly apply: ReadonlyArray<string>
}

/** The whole plan with its statements. */
export const plan = (style: Style, plan: Plan, view: PlanView): ReadonlyArray<string> => {
  const rest = [...waiting(style, plan.waiting)]
  if (plan.steps.length === 0) return [nothing(plan), ...rest]
  return [
    heading(style, plan, view),
    "",
    ...steps(style, plan),
    ...(rest.length === 0 ? [] : ["", ...rest]),
    `${plan.direction === "up" ? "Apply it" : "Roll back"}:  ${Text.command([...view.apply, "--plan", plan.hash])}`
  ]
}

/** Only the list: what and where. */
export const brief = (style: Style, plan: Plan, view: PlanView): ReadonlyArray<string> =>
  plan.steps.length === 0
    ? [nothing(plan), ...waiting(style, plan.waiting)]
    : [heading(style, plan, view), "", ...list(style, plan), ...waiting(style, plan.waiting)]

const list = (style: Style, plan: Plan): ReadonlyArray<string> => {
  const found = FanOut.of(plan)
  const lines = heads(style, found)
  return found.flatMap((fanOut, at) => [...everywhere(style, fanOut), ...(lines[at] ?? []).flat()])
}

/** One line for a plan without steps. */
export const nothing = (plan: Plan): string => {
  if (plan.direction === "down") return "Nothing to roll back: it is not applied"
  const applied = plan.skipped.length
  return applied === 0
    ? "Nothing to do: no migration was selected"
    : `Nothing to do: ${Text.count(applied, "migration")} selected, all applied`
}

const heading = (style: Style, { hash, direction, steps }: Plan, { addresses }: PlanView): string => {
  const connections = [...new Set(steps.map(step => step.connection))]
  const where = connections.map(name => {
    const address = addresses.get(name) ?? ""
    return address === "" ? name : `${name} (${address})`
  })
  const what = `${direction === "up" ? "Plan" : "Plan to roll back"} ${style.colour.bold(hash)}`
  return `${what} · ${Text.count(steps.length, "step")} on ${where.join(", ")}, nothing has been changed`
}

const steps = (style: Style, plan: Plan): ReadonlyArray<string> => {
  const found = FanOut.of(plan)
  const lines = heads(style, found)
  const wanted = new Set(found.flatMap(({ steps }) => steps.flatMap(({ after }) => after)))
  const names = new Map(
    wanted.size === 0 ? [] : plan.steps.flatMap(({ id, name }) => (wanted.has(id) ? [[id, name]] : []))
  )
  return found.flatMap((fanOut, at) => [
    ...everywhere(style, fanOut),
    ...fanOut.steps.flatMap((step, index) => [
      ...(lines[at]?.[index] ?? []),
      ...Text.indent(RenderStep.body(style, step, names), 6)
    ])
  ])
}

/** In which schemas the steps below are done; nothing where they say so themselves. */
const everywhere = (style: Style, { schemas, varies }: FanOut.FanOut): ReadonlyArray<string> => {
  const [first] = schemas
  if (schemas.length === 1 || first === undefined) return []
  const last = schemas[schemas.length - 1]
  const what = `In each of ${Text.count(schemas.length, "schema")}, ${Text.clean(`${first} … ${last}`)} (--json lists each):`
  return [
    style.colour.bold(what),
    ...(varies ? [style.colour.dim(`  as it reads in ${Text.clean(first)}; scripts name their schema`)] : [])
  ]
}

/** One line for each step; how it runs goes below where it does not fit beside. */
const heads = (
  style: Style,
  found: ReadonlyArray<FanOut.FanOut>
): ReadonlyArray<ReadonlyArray<ReadonlyArray<string>>> => {
  const shown = found.flatMap(({ steps }) => steps)
  const several = new Set(shown.map(step => step.connection)).size > 1
  const columns = found.map(({ steps, schemas }) =>
    steps.map(step => ({
      position: step.position,
      name: Text.clean(short(step).replace("_", " ")),
      place: Text.clean(place(step, several, schemas.length)),
      mode: RenderStep.mode(step)
    }))
  )
  const all = columns.flat()
  const digits = String(all.at(-1)?.position ?? 1).length + 1
  const first = Text.widest(
    all.map(({ name }) => name),
    48
  )
  const second = Text.widest(
    all.map(({ place }) => place),
    30
  )
  const last = Text.widest(
    all.map(({ mode }) => mode),
    200
  )
  const below = style.terminal && digits + first + second + last + 6 > style.width
  return columns.map(group =>
    group.map(({ position, name, place, mode }) => {
      const head = `${String(position).padStart(digits)}  ${style.colour.bold(name.padEnd(first))}  ${place.padEnd(second)}`
      const how = style.colour.dim(mode)
      return below ? [head.trimEnd(), `      ${how}`] : [`${head}  ${how}`]
    })
  )
}

const place = ({ connection, schema }: Step, several: boolean, schemas: number): string => {
  const where =
    schemas > 1 ? Text.count(schemas, "schema") : schema === "" ? "default schema" : `schema ${schema}`
  return several ? `${connection}, ${where}` : where
}

/** Migrations that cannot run before a request names their schema. */
export const waiting = (style: Style, items: ReadonlyArray<NotPlanned>): ReadonlyArray<string> =>
  Text.few(
    items.map(item => `not planned: ${Text.clean(`${item.version} ${item.name} (${item.reason})`)}`),
    10
  ).map(line => style.colour.yellow(line))
