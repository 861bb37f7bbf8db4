import * as Duration from "../../domain/Duration.ts"
import type { Plan, Statement } from "../../domain/Plan.ts"
import type { Failure, RunResult } from "../../domain/Run.ts"
import * as Causes from "../../pipeline/execute/Causes.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** The repair manual of a run that did not succeed. `again`: the words that run it again. */
export const failures = (
  style: Style,
  result: RunResult,
  again: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const groups = alike(result.failures)
  const blocks = groups.flatMap(([first, ...others]) => [
    ...block(style, first, result.plan),
    ...alsoIn(others),
    ""
  ])
  return [...blocks, ...notRun(result), ...next(style, result, again)]
}

type Group = readonly [Failure, ...ReadonlyArray<Failure>]

/** One block for failures that differ only in their schema. */
const alike = (all: ReadonlyArray<Failure>): ReadonlyArray<Group> => {
  const groups = new Map<string, [Failure, ...Array<Failure>]>()
  for (const failure of all) {
    const key = `${failure.migration_id}\0${failure.code}\0${failure.line}\0${Causes.reasonOf(failure)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [failure])
    else group.push(failure)
  }
  return [...groups.values()]
}

const alsoIn = (others: ReadonlyArray<Failure>): ReadonlyArray<string> =>
  others.length === 0
    ? []
    : [
        `  The same in ${Text.count(others.length, "other schema")}: ${Text.few(
          others.map(({ schema }) => schema),
          8
        ).join(", ")}`
      ]

const block = (style: Style, failure: Failure, plan: Plan | undefined): ReadonlyArray<string> => {
  const { colour } = style
  const where = failure.schema === "" ? "" : ` in schema ${failure.schema}`
  const tried = failure.attempts > 1 ? `, tried ${failure.attempts} times` : ""
  const verb = failure.direction === "up" ? "failed" : "could not be rolled back"
  const name = Text.clean(`${failure.version} ${failure.name}`)
  const left = failure.aftermath === "" ? "" : `; ${Text.clean(failure.aftermath)}`
  const sentence = `${name} ${verb}${Text.clean(where)} after ${Duration.render(failure.duration_ms)}${tried}${left}`
  const [first = "", ...more] = Text.wrap(style, sentence, style.width - 2)
  return [
    `${colour.red("✘")} ${first.replace(name, colour.bold(name))}`,
    ...Text.indent(more),
    "",
    ...Text.indent([
      position(failure),
      ...excerpt(style, failure, plan),
      ...labelled(style, "ERROR", failure.reason, failure.code),
      ...(failure.detail === undefined ? [] : labelled(style, "DETAIL", failure.detail)),
      ...(failure.hint === undefined ? [] : labelled(style, "HINT", failure.hint)),
      ...(failure.blocked_by === undefined ? [] : labelled(style, "BLOCKED", failure.blocked_by))
    ])
  ]
}

const position = ({ path, line, column }: Failure): string =>
  [path, line, column].filter(part => part !== undefined).join(":")

const labelWidth = 13

const labelled = (style: Style, label: string, text: string, code?: string): ReadonlyArray<string> => {
  const head = code === undefined ? label : `${label} ${code}`
  const [first = "", ...more] = Text.clean(text).split("\n")
  const painted = label === "ERROR" ? style.colour.red(head) : head
  return [
    `${painted}${" ".repeat(Math.max(2, labelWidth - head.length))}${first}`,
    ...more.map(line => " ".repeat(labelWidth) + line)
  ]
}

/** The line of the file with a mark below the place; without a place the beginning of the statement. */
const excerpt = (style: Style, failure: Failure, plan: Plan | undefined): ReadonlyArray<string> => {
  const { line, column } = failure
  const found = line === undefined ? undefined : sourceLine(failure, plan, line)
  if (line === undefined || found === undefined) return statement(style, failure)
  const label = `${line} │ `
  const { text, mark } = windowed(found, column, style.width - label.length - 4)
  return [
    `${style.colour.dim(label)}${style.sql(text)}`,
    ...(mark === undefined
      ? []
      : [
          `${" ".repeat(label.length - 2)}${style.colour.dim("│")} ${" ".repeat(mark)}${style.colour.red("^")}`
        ])
  ]
}

const statement = (style: Style, failure: Failure): ReadonlyArray<string> => {
  if (failure.statement === undefined) return []
  const lines = Text.clean(failure.statement).trim().split("\n")
  return Text.few(lines, 5).map(
    line => `${style.colour.dim("│")} ${style.sql(Text.fit(style, line, style.width - 6))}`
  )
}

/** The text of one line of the file, as far as the statements of the plan tell it. */
const sourceLine = (failure: Failure, plan: Plan | undefined, line: number): string | undefined => {
  const step = plan?.steps.find(({ id }) => id === failure.id)
  let whole: string | undefined
  for (const statement of step?.units.flatMap(unit => unit.statements) ?? []) {
    const text = lineOf(statement, line)
    if (text === undefined) continue
    const before = whole === undefined ? "" : `${whole};`
    whole = before.padEnd(line === statement.line ? statement.column - 1 : 0) + text
  }
  return whole
}

const lineOf = (statement: Statement, line: number): string | undefined =>
  Text.clean(statement.text).split("\n")[line - statement.line]?.replaceAll("\t", " ")

/** As much of a long line as fits around the place; the mark is its 0-based column in that part. */
const windowed = (
  text: string,
  column: number | undefined,
  width: number
): { readonly text: string; readonly mark: number | undefined } => {
  const at = column === undefined ? undefined : column - 1
  if (text.length <= width) return { text, mark: at }
  const from = Math.max(0, Math.min((at ?? 0) - Math.floor(width / 2), text.length - width))
  const head = from > 0 ? "…" : ""
  const tail = from + width < text.length ? "…" : ""
  const part = head + text.slice(from + head.length, from + width - tail.length) + tail
  return { text: part, mark: at === undefined ? undefined : at - from }
}

const notRun = (result: RunResult): ReadonlyArray<string> => {
  if (result.not_run.length === 0) return []
  const steps = new Map(result.plan?.steps.map(step => [step.id, step]))
  const groups = new Map<string, { readonly name: string; reason: string; schemas: Array<string> }>()
  for (const { id, reason } of result.not_run) {
    const step = steps.get(id)
    const name = step === undefined ? id : `${step.version} ${step.name}`
    const key = `${name}\0${reason}`
    const group = groups.get(key) ?? { name, reason, schemas: [] }
    groups.set(key, group)
    if (step !== undefined && step.schema !== "") group.schemas.push(step.schema)
  }
  const items = [...groups.values()].map(({ name, reason, schemas: [first, ...others] }) => {
    if (first === undefined) return `${name}  ${reason}`
    if (others.length === 0) return `${name}  schema ${first}  ${reason}`
    const all = [first, ...others]
    return `${name}  ${reason}\n  ${Text.count(all.length, "schema")}: ${Text.few(all, 8).join(", ")}`
  })
  const lines = Text.few(items, 10).flatMap(item => Text.clean(item).split("\n"))
  return ["  Not run because of it:", ...Text.indent(lines, 4)]
}

const next = (style: Style, { failures, run_id }: RunResult, again: ReadonlyArray<string>) => {
  // Without a place in a file it was the store that failed: gone, full or in its way.
  const first = failures.some(({ line }) => line !== undefined)
    ? "Fix the data or the file, then"
    : "When that is mended"
  return Text.apart(
    style,
    `  ${first}: ${style.colour.bold(Text.command(again))}`,
    style.colour.dim(run_id === "" ? "exit 4" : `exit 4, run ${run_id}`)
  )
}
