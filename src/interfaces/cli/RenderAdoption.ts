import * as Arr from "effect/Array"
import type { AdoptedEntry, AdoptionReport, Question } from "../../domain/predecessor/Adoption.ts"
import * as Moment from "./Moment.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What importing would do. */
export const plan = (style: Style, report: AdoptionReport): ReadonlyArray<string> => {
  const { files, entries, known } = report
  const already = known === 0 ? "" : `; ${Text.count(known, "entry").replace("entrys", "entries")} known already`
  if (files.length + entries.length === 0) return [`Nothing to import from ${report.from}${already}`, ...open(style, report)]
  return [
    `Import from ${report.from} (${report.generations.join(", ")}), nothing has been changed`,
    "",
    ...written(style, report),
    ...recorded(style, report, already),
    ...open(style, report),
    `Import it:  ${style.colour.bold("bfm import bfm --yes")}`
  ]
}

/** What importing did. */
export const outcome = (style: Style, report: AdoptionReport): ReadonlyArray<string> => [
  ...written(style, report),
  ...recorded(style, report, ""),
  ...open(style, report),
  style.colour.green(`✔ ${Text.count(report.files.length, "file")} changed, ${applied(report.entries.length)} recorded as applied; nothing was run`),
  "  Next: bfm status"
]
