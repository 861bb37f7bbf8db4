import * as Arr from "effect/Array"
import type { AdoptedEntry, AdoptionReport, Question } from "../../domain/predecessor/Adoption.ts"
import * as Moment from "./Moment.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What importing would do, or did. */
export const report = (style: Style, report: AdoptionReport): ReadonlyArray<string> => {
  const from = `${report.from} (${report.generations.join(", ")})`
  const known = report.known === 0 ? "" : `, ${Text.count(report.known, "record")} known already`
  if (report.files.length + report.entries.length === 0) {
    return [`Nothing to import from ${from}${known}`, ...open(style, report)]
  }
  return [
    `Import from ${from}${known}${report.done ? "" : "; nothing has been changed"}`,
    ...written(style, report),
    ...recorded(style, report),
    ...open(style, report)
  ]
}

/** What came of it, and what to do next. */
export const summary = (style: Style, { files, entries, done }: AdoptionReport): ReadonlyArray<string> => {
  if (!done) return files.length + entries.length === 0 ? [] : ["Import it:  the same without --dry-run"]
  const counts = `${Text.count(files.length, "file")} changed, ${Text.count(entries.length, "record")} taken over`
  return [style.colour.green(`✔ ${counts}; nothing was run`), "  Next: bfm status"]
}

/** A heading with lines below it; nothing at all where there are none. */
export const block = (style: Style, heading: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [style.colour.bold(heading), ...Text.indent(lines), ""]

const written = (style: Style, { files }: AdoptionReport): ReadonlyArray<string> =>
  block(
    style,
    "Directives",
    files.flatMap(({ path, lines }) => [path, ...Text.indent(lines.map(Text.clean))])
  )

const recorded = (style: Style, { entries }: AdoptionReport): ReadonlyArray<string> =>
  block(
    style,
    "Applied (the old times have no zone and are taken as UTC)",
    Table.lines(Object.values(Arr.groupBy(entries, entry => entry.migration_id)).map(row))
  )

/** One line for a migration, however many tenants have it. */
const row = (group: Arr.NonEmptyReadonlyArray<AdoptedEntry>): ReadonlyArray<string> => {
  const [entry, ...others] = group
  const schemas = Text.few(
    group.map(({ schema }) => schema),
    4
  ).join(", ")
  const same = others.length === 0
  return [
    Text.clean(`${entry.version} ${entry.name}`),
    entry.connection,
    Text.clean(schemas),
    same && entry.applied_at !== undefined ? Moment.local(entry.applied_at) : "",
    same && entry.actor !== "" ? `by ${Text.clean(entry.actor)} (${Text.clean(entry.method)})` : ""
  ]
}

/** What is left to people, and what they should know. */
const open = (style: Style, report: AdoptionReport): ReadonlyArray<string> => [
  ...block(
    style,
    "Not applied by the old records, so they stay pending",
    Table.lines(
      report.pending.map(({ migration_id, schema, reason }) => [migration_id, Text.clean(schema), reason])
    )
  ),
  ...block(
    style,
    "Only you can know",
    report.questions.flatMap(item => question(style, item))
  ),
  ...block(style, "Applied by the old records, and no such file", report.unknown.map(Text.clean)),
  ...report.notes.map(note => style.colour.yellow(`⚠ ${Text.clean(note)}`))
]

/** Something that only a person can know, with what to do. */
export const question = (
  style: Style,
  { subject, schema, reason, remedy }: Question
): ReadonlyArray<string> => [
  `${style.colour.red("✘")} ${Text.clean(`${subject}${schema === undefined ? "" : ` in ${schema}`}: ${reason}`)}`,
  `  ${Text.clean(remedy)}`
]
