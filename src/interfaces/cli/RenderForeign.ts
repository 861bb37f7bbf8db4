import type { ForeignReport } from "../../domain/foreign/Report.ts"
import * as Moment from "./Moment.ts"
import * as RenderAdoption from "./RenderAdoption.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What importing would do, or did. */
export const report = (style: Style, report: ForeignReport): ReadonlyArray<string> => {
  const from = `${report.from} (${report.tool}${report.history === "" ? "" : `, ${report.history}`})`
  const known = report.known === 0 ? "" : `, ${Text.count(report.known, "record")} known already`
  const nothing = report.files.length + report.entries.length === 0
  return [
    nothing
      ? `Nothing to import from ${Text.clean(from)}${known}`
      : `Import from ${Text.clean(from)}${known}${report.done ? "" : "; nothing has been changed"}`,
    ...files(style, report),
    ...rest(style, report)
  ]
}

/** What came of it, and what to do next. */
export const summary = (style: Style, { files, entries, done }: ForeignReport): ReadonlyArray<string> => {
  if (!done) return files.length + entries.length === 0 ? [] : ["Import it:  the same without --dry-run"]
  const counts = `${Text.count(files.length, "migration")} written, ${Text.count(entries.length, "record")} taken over`
  return [style.colour.green(`✔ ${counts}; nothing was run`), "  Next: bfm status"]
}

/** What each file becomes, and whether it is applied. */
const files = (style: Style, report: ForeignReport): ReadonlyArray<string> => {
  const applied = new Map(report.entries.map(entry => [entry.migration_id, entry]))
  const rows = report.files.map(({ migration_id, from, paths }) => {
    const entry = applied.get(migration_id)
    const at = entry?.applied_at === undefined ? "" : Moment.local(entry.applied_at)
    return [
      Text.clean(from),
      Text.clean(base(paths[0] ?? "")),
      entry === undefined ? "pending" : "applied",
      at
    ]
  })
  const later = report.entries.filter(
    ({ migration_id }) => !report.files.some(file => file.migration_id === migration_id)
  )
  return [
    ...RenderAdoption.block(style, "Files", Table.lines(rows, 64)),
    ...RenderAdoption.block(
      style,
      "Applied since the last import",
      later.map(({ migration_id }) => Text.clean(migration_id))
    )
  ]
}

const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

const rest = (style: Style, report: ForeignReport): ReadonlyArray<string> => [
  ...RenderAdoption.block(
    style,
    "Only you can know",
    report.questions.flatMap(item => RenderAdoption.question(style, item))
  ),
  ...RenderAdoption.block(style, "Applied by the history, and no such file", report.unknown.map(Text.clean)),
  ...report.notes.map(note => style.colour.yellow(`⚠ ${Text.clean(note)}`))
]
