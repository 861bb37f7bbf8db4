import * as Duration from "../../domain/Duration.ts"
import type { HistoryItem } from "../../domain/History.ts"
import * as Moment from "./Moment.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

const words: Record<HistoryItem["event"], string> = {
  applied: "applied",
  failed: "failed",
  rolled_back: "rolled back",
  rollback_failed: "rollback failed",
  resolved_applied: "said applied",
  resolved_pending: "said pending",
  reconciled_removed: "found removed"
}

/** Newest first. `more`: the words that show what is older. */
export const page = (
  style: Style,
  items: ReadonlyArray<HistoryItem>,
  more: ReadonlyArray<string> | undefined
): ReadonlyArray<string> => {
  if (items.length === 0) return ["Nothing has happened yet"]
  const several = new Set(items.map(item => item.connection)).size > 1
  const rows = items.map(item => [
    Moment.local(item.at),
    paint(style, item.event)(words[item.event]),
    Text.clean(`${item.version} ${item.name}`),
    Text.clean([...(several ? [item.connection] : []), item.schema].filter(part => part !== "").join("/")),
    item.duration_ms === undefined ? "" : Duration.render(item.duration_ms).padStart(7),
    Text.clean(
      `by ${item.actor} (${item.method})${item.error === undefined ? "" : `: ${item.error.split("\n")[0] ?? ""}`}`
    )
  ])
  return [
    ...Table.lines(rows),
    ...(more === undefined ? [] : [style.colour.dim(`older: ${Text.command(more)}`)])
  ]
}

const paint = ({ colour }: Style, event: HistoryItem["event"]): ((text: string) => string) => {
  if (event === "applied" || event === "resolved_applied") return colour.green
  return event === "failed" || event === "rollback_failed" ? colour.red : colour.yellow
}
