import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Suspense } from "react"
import * as Queries from "../../api/Queries.ts"
import { Empty } from "../../parts/Empty.tsx"
import { later } from "../../parts/Later.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { RunTable } from "../../parts/RunTable.tsx"

/** Charts are fetched when one is shown. */
const RunChart = later(async () => (await import("../../parts/RunChart.tsx")).RunChart)

/** So many runs are looked at. */
export const recent = 200

/** What was run last, and how often. */
export const RecentRuns = () => {
  const query = useQuery(Queries.runs(recent))
  return (
    <Panel title="Runs" flush end={<Link to="/runs">All runs</Link>}>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="runs" title="Nothing was run yet">
              <p>
                Look at the plan first: it shows every statement, and changes nothing. Then run it from there,
                or with <code>bfm migrate up</code>.
              </p>
            </Empty>
          ) : (
            <>
              <div className="inside">
                <Suspense fallback={<div className="chart" />}>
                  <RunChart runs={items} />
                </Suspense>
              </div>
              <RunTable runs={items.slice(0, 8)} />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}
