import * as Arr from "effect/Array"
import * as Backend from "../../domain/Backend.ts"
import { short } from "../../domain/Identity.ts"
import type { ConnectionStatus, Status, StatusItem, StatusReport } from "../../domain/Status.ts"
import * as Variable from "../../domain/Variable.ts"
import * as Moment from "./Moment.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What is, connection by connection. */
export const report = (style: Style, report: StatusReport): ReadonlyArray<string> => {
  const items = Arr.groupBy(report.items, item => item.connection)
  const blocks = report.connections.flatMap(connection => [
    ...heading(style, connection),
    ...rows(style, items[connection.connection] ?? []),
    ...(connection.error === undefined ? [] : [`  ${style.colour.red(`✘ ${Text.clean(connection.error)}`)}`])
  ])
  const warnings = report.warnings.map(warning => style.colour.yellow(`⚠ ${Text.clean(warning)}`))
  return report.connections.length === 0
    ? [
        "No connection is configured and no migration is known. Begin with: bfm new postgresql core NAME",
        ...warnings
      ]
    : [...blocks, ...warnings]
}

const order: ReadonlyArray<Status> = [
  "applied",
  "pending",
  "changed",
  "failed",
  "running",
  "interrupted",
  "rolled_back",
  "missing"
]

const words: Record<Status, string> = {
  applied: "applied",
  pending: "pending",
  failed: "failed",
  rolled_back: "rolled back",
  running: "running",
  interrupted: "interrupted",
  missing: "missing",
  changed: "changed"
}

const heading = (style: Style, status: ConnectionStatus): ReadonlyArray<string> => {
  const name = style.colour.bold(status.connection)
  if (!status.configured) return [`${name}  ${status.backend}  ${style.colour.dim(unset(status))}`]
  const counts = order
    .filter(key => (status.counts[key] ?? 0) > 0)
    .map(key => `${Text.number(status.counts[key] ?? 0)} ${words[key]}`)
  const left = `${name}  ${status.backend}  ${status.address}`
  return Text.apart(
    style,
    left,
    counts.join(" · ") || (status.error === undefined ? "no migrations" : "not reached")
  )
}

const unset = ({ connection, backend }: ConnectionStatus): string => {
  const [place] = Backend.whereabouts[backend].variables
  return `not configured (set ${Variable.of(connection, "BACKEND")}, ${Variable.of(connection, place)})`
}

const rows = (style: Style, items: ReadonlyArray<StatusItem>): ReadonlyArray<string> => {
  const schemas = new Set(items.map(({ schema }) => schema))
  return Text.indent(
    Table.lines(
      items.map(item => [
        Text.clean(`${item.version} ${item.name}`),
        ...(schemas.size > 1 ? [Text.clean(item.schema)] : []),
        paint(style, item.status)(words[item.status]),
        ...said(item)
      ])
    )
  )
}

const paint = ({ colour }: Style, status: Status): ((text: string) => string) => {
  if (status === "applied") return colour.green
  if (status === "pending" || status === "rolled_back") return colour.yellow
  return status === "running" ? colour.cyan : colour.red
}

const said = (item: StatusItem): ReadonlyArray<string> => {
  // A failure has its place on a line of its own; a row of the table is one line.
  const note = item.note === undefined ? hint(item) : Text.clean(item.note).split("\n").join(" · ")
  if (note !== "") return [note]
  if (!item.applied || item.applied_at === undefined) return []
  const by =
    item.actor === undefined
      ? ""
      : `by ${Text.clean(item.actor)}${item.method === undefined ? "" : ` (${item.method})`}`
  return [Moment.local(item.applied_at), by]
}

const hint = (item: StatusItem): string => {
  if (item.status === "changed") return `applied text differs: bfm validate ${short(item)}`
  if (item.status === "missing") return "applied, and no longer in the source"
  return item.status === "interrupted" ? `finish it: bfm migrate up · or: bfm resolve ${short(item)}` : ""
}
