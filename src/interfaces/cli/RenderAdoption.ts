import * as Arr from "effect/Array"
import type { AdoptionReport } from "../../domain/predecessor/Adoption.ts"
import type { Entry } from "../../domain/Takeover.ts"
import * as Moment from "./Moment.ts"
import * as RenderTakeover from "./RenderTakeover.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What importing would do, or did. */
export const report = (style: Style, report: AdoptionReport): ReadonlyArray<string> => [
  RenderTakeover.heading(`${report.from} (${report.generations.join(", ")})`, report),
  ...written(style, report),
  ...recorded(style, report),
  ...pending(style, report),
  ...RenderTakeover.open(style, report, "the old records")
]

/** What came of it, and what to do next. */
export const summary = (style: Style, report: AdoptionReport): ReadonlyArray<string> =>
  RenderTakeover.summary(style, report, `${Text.count(report.files.length, "file")} changed`)

const written = (style: Style, { files }: AdoptionReport): ReadonlyArray<string> =>
  RenderTakeover.block(
    style,
    "Directives",
    files.flatMap(({ path, lines }) => [path, ...Text.indent(lines.map(Text.clean))])
  )

const recorded = (style: Style, { entries }: AdoptionReport): ReadonlyArray<string> =>
  RenderTakeover.block(
    style,
    "Applied (the old times have no zone and are taken as UTC)",
    Table.lines(Object.values(Arr.groupBy(entries, entry => entry.migration_id)).map(row))
  )

/** One line for a migration, however many tenants have it. */
const row = (group: Arr.NonEmptyReadonlyArray<Entry>): ReadonlyArray<string> => {
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

const pending = (style: Style, report: AdoptionReport): ReadonlyArray<string> =>
  RenderTakeover.block(
    style,
    "Not applied by the old records, so they stay pending",
    Table.lines(
      report.pending.map(({ migration_id, schema, reason }) => [migration_id, Text.clean(schema), reason])
    )
  )
