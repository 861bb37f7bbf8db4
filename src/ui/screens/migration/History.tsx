import { useQuery } from "@tanstack/react-query"
import type { HistoryItem } from "bfm/client"
import * as Queries from "../../api/Queries.ts"
import { Empty } from "../../parts/Empty.tsx"
import { type Happened, HistoryTable } from "../../parts/HistoryTable.tsx"
import { Loaded } from "../../parts/Loaded.tsx"

/** What happened to it, and who did it. */
export const History = ({ id }: { readonly id: string }) => (
  <div className="panel">
    <Loaded query={useQuery(Queries.historyOf(id))}>
      {({ history }) =>
        history.length === 0 ? (
          <Empty icon="history" title="Nothing happened to it yet">
            <p>When it is applied, it says here by whom and how.</p>
          </Empty>
        ) : (
          <HistoryTable items={history.map(happened)} />
        )
      }
    </Loaded>
  </div>
)

const happened = (item: HistoryItem, index: number): Happened => ({
  key: `${index} ${item.run_id}`,
  event: item.event,
  at: item.applied_at,
  connection: item.connection,
  schema: item.schema,
  actor: item.executed_by,
  method: item.execution_method,
  request: requestOf(item.execution_context),
  run: item.run_id,
  took: item.duration_ms,
  error: item.error_message === "" ? undefined : item.error_message
})

/** The context is JSON that clients of the first versions read; of it, the endpoint and the id. */
const requestOf = (context: string): string | undefined => {
  const found: Readonly<Record<string, unknown>> = context === "" ? {} : JSON.parse(context)
  const { method, endpoint, request_id: id } = found
  return typeof endpoint === "string" ? [method, endpoint, id].filter(Boolean).join(" ") : undefined
}
