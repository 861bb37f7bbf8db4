import type { ForeignReport } from "../../domain/foreign/Report.ts"
import * as Moment from "./Moment.ts"
import * as RenderTakeover from "./RenderTakeover.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What importing would do, or did. */
export const report = (style: Style, report: ForeignReport): ReadonlyArray<string> => {
  const from = `${report.from} (${report.tool}${report.history === "" ? "" : `, ${report.history}`})`
  return [
    RenderTakeover.heading(Text.clean(from), report),
    ...files(style, report),
    ...RenderTakeover.open(style, report, "the history")
  ]
}

/** What came of it, and what to do next. */
export const summary = (style: Style, report: ForeignReport): ReadonlyArray<string> =>
  RenderTakeover.summary(style, report, `${Text.count(report.files.length, "migration")} written`)

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
    ...RenderTakeover.block(style, "Files", Table.lines(rows, 64)),
    ...RenderTakeover.block(
      style,
      "Applied since the last import",
      later.map(({ migration_id }) => Text.clean(migration_id))
    )
  ]
}

const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1)
