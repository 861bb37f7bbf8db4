import { capabilities } from "../../domain/Backend.ts"
import * as Duration from "../../domain/Duration.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

const longestScript = 60

/** How a step runs, and its limits. */
export const mode = (step: Step): string => {
  const limits = [
    step.lock_timeout === 0 ? "" : `lock_timeout ${Duration.render(step.lock_timeout)}`,
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

/** What a step sends, and what else there is to know of it. `names`: of the steps that it comes after, by id. */
export const body = (style: Style, step: Step, names: ReadonlyMap<string, string>): ReadonlyArray<string> => [
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
