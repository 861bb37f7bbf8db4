import { capabilities } from "../../domain/Backend.ts"
import * as Duration from "../../domain/Duration.ts"
import { short } from "../../domain/Identity.ts"
import type { NotPlanned, Plan, Step } from "../../domain/Plan.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** What a plan alone does not know. */
export interface PlanView {
  /** Connection to `db1:5432/app`. */
  readonly addresses: ReadonlyMap<string, string>
  /** The words that carry the plan out, without `bfm` and `--plan`. */
  readonly apply: ReadonlyArray<string>
}

const longestScript = 60

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
    : [heading(style, plan, view), "", ...heads(style, plan).flat(), ...waiting(style, plan.waiting)]

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
  const lines = heads(style, plan)
  const names = new Map(plan.steps.map(step => [step.id, step.name]))
  return plan.steps.flatMap((step, index) => [
    ...(lines[index] ?? []),
    ...Text.indent(body(style, step, names), 6)
  ])
}

/** One line for each step; how it runs goes below where it does not fit beside. */
const heads = (style: Style, plan: Plan): ReadonlyArray<ReadonlyArray<string>> => {
  const several = new Set(plan.steps.map(step => step.connection)).size > 1
  const columns = plan.steps.map(step => ({
    name: Text.clean(short(step).replace("_", " ")),
    place: Text.clean(place(step, several)),
    mode: mode(step)
  }))
  const digits = String(plan.steps.length).length + 1
  const first = Text.widest(
    columns.map(({ name }) => name),
    48
  )
  const second = Text.widest(
    columns.map(({ place }) => place),
    30
  )
  const last = Text.widest(
    columns.map(({ mode }) => mode),
    200
  )
  const below = style.terminal && digits + first + second + last + 6 > style.width
  return columns.map(({ name, place, mode }, index) => {
    const number = String(index + 1).padStart(digits)
    const head = `${number}  ${style.colour.bold(name.padEnd(first))}  ${place.padEnd(second)}`
    const how = style.colour.dim(mode)
    return below ? [head.trimEnd(), `      ${how}`] : [`${head}  ${how}`]
  })
}

const place = ({ connection, schema }: Step, several: boolean): string => {
  const where = schema === "" ? "default schema" : `schema ${schema}`
  return several ? `${connection}, ${where}` : where
}

const mode = (step: Step): string => {
  const limits = [
    step.mode === "journal" || step.lock_timeout === 0 || capabilities[step.backend].script !== "sql"
      ? ""
      : `lock_timeout ${Duration.render(step.lock_timeout)}`,
    step.statement_timeout === 0 ? "" : `statement_timeout ${Duration.render(step.statement_timeout)}`
  ].filter(limit => limit !== "")
  const how = {
    transaction: "one transaction",
    journal: step.units.every(({ atomic }) => atomic)
      ? `${step.units.length} transactions, one after the other`
      : "outside a transaction",
    program: "a program in one transaction"
  }[step.mode]
  return [how, ...limits].join(", ")
}

const body = (style: Style, step: Step, names: ReadonlyMap<string, string>): ReadonlyArray<string> => [
  ...statements(style, step),
  ...step.warnings.map(warning => style.colour.yellow(`⚠ ${Text.clean(warning)}`)),
  ...(step.creates_schema ? [`creates the schema ${Text.clean(step.schema)} first`] : []),
  ...(step.unwrapped
    ? ["the BEGIN … COMMIT around the file is taken off: the step has a transaction of its own"]
    : []),
  ...resumes(step),
  ...(step.requires.length === 0
    ? []
    : [`requires: ${step.requires.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`]),
  ...(step.after.length === 0
    ? []
    : [
        `after: ${Text.few(
          step.after.map(id => names.get(id) ?? id),
          5
        ).join(", ")}`
      ])
]

const resumes = ({ units, resume_at, in_doubt }: Step): ReadonlyArray<string> => {
  if (resume_at === 0 && !in_doubt) return []
  const at = `statement ${resume_at + 1} of ${units.length}`
  return [`was begun before: goes on at ${at}${in_doubt ? ", whose outcome is looked up first" : ""}`]
}

const statements = (style: Style, step: Step): ReadonlyArray<string> => {
  const sent = step.units.flatMap(unit => unit.statements)
  if (sent.length === 0) return [style.colour.dim("(no statements)")]
  const keys = sent.flatMap(({ effects }) => effects ?? [])
  const sql = keys.length === 0 && capabilities[step.backend].script === "sql"
  const all =
    keys.length > 0
      ? keys.map(effect)
      : sent.flatMap(({ text }) =>
          (sql ? closed : (it: string) => it)(Text.clean(text).trimEnd()).split("\n")
        )
  const shown = all.slice(0, longestScript)
  return [
    ...(sql ? style.sql(shown.join("\n")).split("\n") : shown),
    ...(all.length > shown.length
      ? [style.colour.dim(`… ${Text.count(all.length - shown.length, "more line")} in ${step.path}`)]
      : [])
  ]
}

/** `flags/limits: "5" → "10"`; a key that is not there, or will not be, has no value. */
const effect = ({ key, before, after }: Effects[number]): string =>
  `${Text.clean(key)}: ${value(before)} → ${value(after)}`

type Effects = NonNullable<Step["units"][number]["statements"][number]["effects"]>

const longestValue = 60

const value = (text: string | null): string => {
  if (text === null) return "(none)"
  const shown = JSON.stringify(Text.clean(text))
  return shown.length <= longestValue ? shown : `${shown.slice(0, longestValue)}…`
}

const closed = (text: string): string => (text === "" || text.endsWith(";") ? text : `${text};`)

/** Migrations that cannot run before a request names their schema. */
export const waiting = (style: Style, items: ReadonlyArray<NotPlanned>): ReadonlyArray<string> =>
  Text.few(
    items.map(item => `not planned: ${Text.clean(`${item.version} ${item.name} (${item.reason})`)}`),
    10
  ).map(line => style.colour.yellow(line))
