import type { Question, Report } from "../../domain/Takeover.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** Whether there is nothing that a takeover would do, or did. */
export const isEmpty = ({ files, entries }: Report): boolean => files.length + entries.length === 0

/** What is taken over from where, in one line. */
export const heading = (from: string, report: Report): string => {
  const known = report.known === 0 ? "" : `, ${Text.count(report.known, "record")} known already`
  return isEmpty(report)
    ? `Nothing to import from ${from}${known}`
    : `Import from ${from}${known}${report.done ? "" : "; nothing has been changed"}`
}

/** A heading with lines below it; nothing at all where there are none. */
export const block = (style: Style, heading: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [style.colour.bold(heading), ...Text.indent(lines), ""]

/** What is left to people, and what they should know; `records` are those of whoever was there before. */
export const open = (
  style: Style,
  { questions, unknown, notes }: Report,
  records: string
): ReadonlyArray<string> => [
  ...block(
    style,
    "Only you can know",
    questions.flatMap(item => question(style, item))
  ),
  ...block(style, `Applied by ${records}, and no such file`, unknown.map(Text.clean)),
  ...notes.map(note => style.colour.yellow(`⚠ ${Text.clean(note)}`))
]

/** What came of it, and what to do next; `files` are those that were written, in words. */
export const summary = (style: Style, report: Report, files: string): ReadonlyArray<string> => {
  if (!report.done) return isEmpty(report) ? [] : ["Import it:  the same without --dry-run"]
  const counts = `${files}, ${Text.count(report.entries.length, "record")} taken over`
  return [style.colour.green(`✔ ${counts}; nothing was run`), "  Next: bfm status"]
}

/** Something that only a person can know, with what to do. */
const question = (style: Style, { subject, schema, reason, remedy }: Question): ReadonlyArray<string> => [
  `${style.colour.red("✘")} ${Text.clean(`${subject}${schema === undefined ? "" : ` in ${schema}`}: ${reason}`)}`,
  `  ${Text.clean(remedy)}`
]
