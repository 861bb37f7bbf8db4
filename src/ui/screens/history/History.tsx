import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi, useNavigate } from "@tanstack/react-router"
import { useMemo } from "react"
import * as Queries from "../../api/Queries.ts"
import { Choice } from "../../parts/Choice.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { events, HistoryTable, wordOf } from "../../parts/HistoryTable.tsx"
import { Failed, Skeleton } from "../../parts/Loaded.tsx"
import { happened } from "./Happened.ts"

const route = getRouteApi("/history")

/** What happened, to all migrations. */
export const History = () => {
  const { event, actor, connection } = route.useSearch()
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage } = useInfiniteQuery(Queries.history)
  const all = useMemo(() => (data?.pages ?? []).flatMap(({ items }) => items), [data])
  const shown = all.filter(
    item =>
      (event === undefined || item.event === event) &&
      (actor === undefined || item.actor === actor) &&
      (connection === undefined || item.connection === connection)
  )
  return (
    <>
      <Heading title="History" />
      <Filters actors={[...new Set(all.map(item => item.actor))].sort()} />
      <div className="panel">
        {error !== null ? (
          <Failed problem={error} again={() => void refetch()} busy={isFetching} />
        ) : data === undefined ? (
          <div className="inside">
            <Skeleton lines={6} />
          </div>
        ) : shown.length === 0 ? (
          <Empty icon="history" title={all.length === 0 ? "Nothing happened yet" : "Nothing like that here"}>
            <p>
              {all.length === 0
                ? "When something is applied or rolled back, it says here when, by whom and how."
                : "Look further back, or take a filter away."}
            </p>
          </Empty>
        ) : (
          <HistoryTable items={shown.map(happened)} />
        )}
        {hasNextPage ? (
          <button
            type="button"
            className="button quiet"
            disabled={isFetching}
            onClick={() => void fetchNextPage()}
          >
            Further back
          </button>
        ) : null}
      </div>
    </>
  )
}

const Filters = ({ actors }: { readonly actors: ReadonlyArray<string> }) => {
  const { event, actor } = route.useSearch()
  const navigate = useNavigate({ from: "/history" })
  const set = (part: { readonly event?: string | undefined; readonly actor?: string | undefined }) =>
    void navigate({ search: previous => ({ ...previous, ...part }), replace: true })
  return (
    <div className="filters">
      <Choice
        label="What"
        value={event}
        values={events}
        wordOf={wordOf}
        onChange={value => set({ event: value })}
      />
      <Choice label="By" value={actor} values={actors} onChange={value => set({ actor: value })} />
    </div>
  )
}
