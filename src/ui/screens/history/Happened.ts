import type { History } from "bfm/client"
import type { Happened } from "../../parts/HistoryTable.tsx"

/** One line of the history of everything. */
export const happened = (item: History.HistoryItem, index: number): Happened => ({
  key: `${index} ${item.at}`,
  event: item.event,
  at: item.at,
  migration: { id: item.migration_id, title: `${item.version} ${item.name}` },
  connection: item.connection,
  schema: item.schema,
  actor: item.actor,
  method: item.method,
  request: item.request === undefined ? undefined : `${item.request.endpoint} ${item.request.id}`,
  run: item.run_id,
  took: item.duration_ms,
  error: item.error
})
