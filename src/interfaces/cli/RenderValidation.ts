import type { ValidationItem, ValidationReport, Verdict } from "../../domain/Validation.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** Lines of a unified diff between what was applied and what the file says now. */
export type Difference = (path: string, applied: string, source: string) => string

/** Applied migrations held against their sources; differences are shown, what is the same is counted. */
export const report = (
  style: Style,
  report: ValidationReport,
  difference: Difference
): ReadonlyArray<string> => {
  const counts = (["same", "cosmetic", "changed", "missing"] as const)
    .map(verdict => [verdict, report.items.filter(item => item.verdict === verdict).length] as const)
    .filter(([verdict, n]) => n > 0 || verdict === "same")
    .map(([verdict, n]) => `${Text.number(n)} ${words[verdict]}`)
  const line = `${Text.count(report.total, "applied migration")}: ${counts.join(", ")}`
  return [
    ...report.items.flatMap(item => entry(style, item, difference)),
    report.valid ? style.colour.green(`✔ ${line}`) : style.colour.red(`✘ ${line}`),
    ...(report.valid ? [] : [advice])
  ]
}

const advice =
  "A run refuses while these differ. Put the file back as it was applied and write the change as a new migration: bfm new"

const words: Record<Verdict, string> = {
  same: "the same",
  cosmetic: "differ in comments or blanks only",
  changed: "changed after they were applied",
  missing: "no longer in the source"
}

const short = ({ version, name }: ValidationItem): string => `${version}_${name}`

const entry = (style: Style, item: ValidationItem, difference: Difference): ReadonlyArray<string> => {
  if (item.verdict === "same") return []
  const { colour } = style
  const schema = item.schema === "" ? "" : `  ${item.schema}`
  const mark = item.verdict === "changed" ? colour.red("✘ changed") : colour.yellow(`– ${item.verdict}`)
  const head = `${mark}  ${colour.bold(short(item))}  ${item.connection}${Text.clean(schema)}`
  if (item.applied_text === undefined || item.source_text === undefined) return [head]
  const lines = difference(item.path ?? short(item), item.applied_text, item.source_text)
  return [head, ...Text.indent(Text.clean(lines).trimEnd().split("\n").map(painted(style))), ""]
}

const painted =
  ({ colour }: Style) =>
  (line: string): string => {
    if (line.startsWith("+")) return colour.green(line)
    if (line.startsWith("-")) return colour.red(line)
    return line.startsWith("@@") ? colour.cyan(line) : line
  }
