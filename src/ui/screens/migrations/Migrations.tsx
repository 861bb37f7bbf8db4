import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react"
import * as Queries from "../../api/Queries.ts"
import { Empty } from "../../parts/Empty.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { Failed, Skeleton } from "../../parts/Loaded.tsx"
import * as Text from "../../parts/Text.ts"
import * as Filter from "./Filter.ts"
import { Filters } from "./Filters.tsx"
import { List } from "./List.tsx"
import { Selection } from "./Selection.tsx"

const route = getRouteApi("/migrations")

/** Everything that is known, page by page until all of it is here: then filtering asks nobody. */
const useEntries = () => {
  const query = useInfiniteQuery(Queries.migrations())
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, isError } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, isError])
  const entries = useMemo(() => (data?.pages ?? []).flatMap(({ items }) => items.map(Filter.entry)), [data])
  return { ...query, entries, total: data?.pages[0]?.total ?? 0, warnings: data?.pages[0]?.warnings ?? [] }
}

/** Reads the list again when the counts, which are asked for all along, say that something stands otherwise. */
const useFreshness = () => {
  const queries = useQueryClient()
  const { data } = useQuery(Queries.connections)
  const counts = data === undefined ? undefined : JSON.stringify(data.items.map(item => item.counts))
  const known = useRef(counts)
  useEffect(() => {
    if (known.current !== undefined && known.current !== counts)
      void queries.invalidateQueries({ queryKey: Queries.migrations().queryKey, exact: true })
    known.current = counts
  }, [counts, queries])
}

/** The migrations in every schema, narrowed as the address says. */
export const Migrations = () => {
  useFreshness()
  const search = route.useSearch()
  const filter = useDeferredValue(search)
  const { entries, total, error, refetch, isFetching, isPending, warnings } = useEntries()
  const within = useMemo(() => Filter.within(entries, filter), [entries, filter])
  const shown = useMemo(() => Filter.withStatus(within, filter.status), [within, filter.status])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const toggle = (keys: ReadonlyArray<string>, on: boolean) =>
    setChosen(before => {
      const next = new Set(before)
      for (const key of keys) on ? next.add(key) : next.delete(key)
      return next
    })
  const picked = useMemo(
    () => entries.filter(({ item }) => chosen.has(Filter.keyOf(item))).map(({ item }) => item),
    [entries, chosen]
  )
  return (
    <>
      <Heading title="Migrations">
        <span className="muted" role="status">
          {entries.length < total
            ? `reading ${Text.number(entries.length)} of ${Text.number(total)} …`
            : `${Text.number(shown.length)} of ${Text.number(total)}`}
        </span>
      </Heading>
      <Filters entries={entries} within={within} search={search} />
      {warnings.map(warning => (
        <p key={warning} className="notice warn">
          {warning}
        </p>
      ))}
      {error !== null && entries.length === 0 ? (
        <Failed problem={error} again={() => void refetch()} busy={isFetching} />
      ) : isPending ? (
        <Skeleton lines={8} />
      ) : shown.length === 0 ? (
        <div className="panel">
          <Nothing any={total > 0} />
        </div>
      ) : (
        <List items={shown} chosen={chosen} toggle={toggle} />
      )}
      <Selection chosen={picked} clear={() => setChosen(new Set())} />
    </>
  )
}

const Nothing = ({ any }: { readonly any: boolean }) =>
  any ? (
    <Empty icon="search" title="Nothing matches">
      <p>No migration is like that. Take a filter away, or look in all connections.</p>
    </Empty>
  ) : (
    <Empty icon="migrations" title="No migrations yet">
      <p>
        Begin one with <code>bfm new postgresql core create_users</code>, write the change into the file that
        it names, and come back.
      </p>
    </Empty>
  )
