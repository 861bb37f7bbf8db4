import { useQuery } from "@tanstack/react-query"
import { getRouteApi, useNavigate } from "@tanstack/react-router"
import { Suspense } from "react"
import * as Queries from "../../api/Queries.ts"
import { Choice } from "../../parts/Choice.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { later } from "../../parts/Later.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { RunTable } from "../../parts/RunTable.tsx"
import * as Text from "../../parts/Text.ts"

const RunChart = later(async () => (await import("../../parts/RunChart.tsx")).RunChart)

const route = getRouteApi("/runs")

const states = ["running", "queued", "paused", "failed", "interrupted", "cancelled", "succeeded"]

/** As far back as the service remembers. */
const depth = 1_000

/** Every run, newest first. */
export const Runs = () => {
  const { state, actor } = route.useSearch()
  return (
    <>
      <Heading title="Runs" />
      <Loaded query={useQuery(Queries.runs(depth))} lines={8}>
        {({ items }) => {
          const shown = items.filter(
            run =>
              (state === undefined || run.state === state) &&
              (actor === undefined || run.actor.name === actor)
          )
          return (
            <>
              <div className="panel">
                <div className="inside">
                  <Suspense fallback={<div className="chart" />}>
                    <RunChart runs={items} />
                  </Suspense>
                </div>
              </div>
              <Filters actors={[...new Set(items.map(run => run.actor.name))].sort()} />
              <div className="panel">
                {shown.length === 0 ? (
                  <Empty icon="runs" title={items.length === 0 ? "Nothing was run yet" : "No such run"}>
                    <p>{items.length === 0 ? "Begin with a plan." : "Take a filter away."}</p>
                  </Empty>
                ) : (
                  <RunTable runs={shown.slice(0, 300)} />
                )}
              </div>
              {shown.length > 300 ? (
                <p className="muted">The newest 300 of {Text.count(shown.length, "run")}.</p>
              ) : null}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

const Filters = ({ actors }: { readonly actors: ReadonlyArray<string> }) => {
  const { state, actor } = route.useSearch()
  const navigate = useNavigate({ from: "/runs" })
  const set = (part: { readonly state?: string | undefined; readonly actor?: string | undefined }) =>
    void navigate({ search: previous => ({ ...previous, ...part }), replace: true })
  return (
    <div className="filters">
      <Choice label="State" value={state} values={states} onChange={value => set({ state: value })} />
      <Choice label="By" value={actor} values={actors} onChange={value => set({ actor: value })} />
    </div>
  )
}
