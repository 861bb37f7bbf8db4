import { useQuery } from "@tanstack/react-query"
import type { Run } from "bfm/client"
import * as Queries from "../../api/Queries.ts"
import { Empty } from "../../parts/Empty.tsx"
import { HistoryTable } from "../../parts/HistoryTable.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { happened } from "../history/Happened.ts"

interface Props {
  readonly run: Run.Run
  /** Its events were heard, and it had no steps. */
  readonly heard: boolean
}

/** What is remembered of a run whose events are gone: it is long ago, or another process carries it out. */
export const Past = ({ run, heard }: Props) => {
  const query = useQuery({ ...Queries.recently, enabled: !heard && run.total > 0 })
  if (heard && run.total === 0)
    return (
      <div className="panel">
        <Empty icon="check" title="Nothing to do">
          <p>All that was selected was applied already.</p>
        </Empty>
      </div>
    )
  if (run.total === 0) return null
  return (
    <Panel title="What is remembered of it" flush>
      <Loaded query={query}>
        {({ items }) => {
          const own = items.filter(({ run_id: id }) => id === run.id)
          return own.length === 0 ? (
            <p className="inside muted">Its steps are too long ago, or have not ended yet.</p>
          ) : (
            <HistoryTable items={own.map(happened)} />
          )
        }}
      </Loaded>
    </Panel>
  )
}
