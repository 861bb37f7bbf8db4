import { useQuery } from "@tanstack/react-query"
import { getRouteApi, useNavigate } from "@tanstack/react-router"
import type { MigrationDetail, MigrationItem } from "bfm/client"
import { Tabs } from "radix-ui"
import { Suspense } from "react"
import * as Queries from "../../api/Queries.ts"
import { Copy } from "../../parts/Copy.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { later } from "../../parts/Later.tsx"
import { Loaded, Skeleton } from "../../parts/Loaded.tsx"
import { StatusSign } from "../../parts/Sign.tsx"
import { Actions } from "./Actions.tsx"
import { Changed } from "./Changed.tsx"
import { Facts } from "./Facts.tsx"
import { History } from "./History.tsx"
import { Places } from "./Places.tsx"
import { Scripts } from "./Scripts.tsx"

/** Fetched when they are looked at. */
const Compare = later(async () => (await import("./Compare.tsx")).Compare)
const Graph = later(async () => (await import("./Graph.tsx")).Graph)

const route = getRouteApi("/migrations/$id")

/** Everything that is known of one migration. */
export const Migration = () => {
  const { id } = route.useParams()
  const query = useQuery(Queries.migration(id))
  return (
    <Loaded key={id} query={query} lines={8}>
      {detail => <Known detail={detail} />}
    </Loaded>
  )
}

const Known = ({ detail }: { readonly detail: MigrationDetail }) => {
  const { version, name, connection, backend, migration_id: id } = detail
  const places = useQuery(Queries.places(connection, version))
  const items = (places.data?.items ?? []).filter(item => item.name === name && item.backend === backend)
  const asked = items.filter(item => item.migration_id === id)
  const own = asked.length === 0 ? items : asked
  return (
    <>
      <Heading
        title={name}
        beside={[...new Set(own.map(({ status }) => status))].map(status => (
          <StatusSign key={status} status={status} />
        ))}
      >
        <Actions detail={detail} items={own} />
      </Heading>
      <div className="row muted">
        <code className="small">{id}</code>
        <Copy text={id} what="the id" />
      </div>
      <Changed id={id} items={own} />
      <Facts detail={detail} />
      <Parts detail={detail} items={items} />
    </>
  )
}

interface PartsProps {
  readonly detail: MigrationDetail
  readonly items: ReadonlyArray<MigrationItem>
}

const Parts = ({ detail, items }: PartsProps) => {
  const { tab = "scripts" } = route.useSearch()
  const navigate = useNavigate({ from: "/migrations/$id" })
  const differs = items.some(({ status }) => status === "changed")
  const choose = (next: string) =>
    void navigate({
      search: previous => ({ ...previous, tab: tabs.find(known => known === next) }),
      replace: true,
      resetScroll: false
    })
  return (
    <Tabs.Root value={tab} onValueChange={choose} className="stack">
      <Tabs.List className="tabs" aria-label="What is known of it">
        <Tabs.Trigger value="scripts">Scripts</Tabs.Trigger>
        {differs || tab === "compare" ? <Tabs.Trigger value="compare">Compare</Tabs.Trigger> : null}
        <Tabs.Trigger value="places">Schemas ({items.length})</Tabs.Trigger>
        <Tabs.Trigger value="graph">Dependencies</Tabs.Trigger>
        <Tabs.Trigger value="history">History</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="scripts">
        <Scripts detail={detail} />
      </Tabs.Content>
      <Tabs.Content value="compare">
        <Suspense fallback={<Skeleton />}>
          <Compare id={detail.migration_id} />
        </Suspense>
      </Tabs.Content>
      <Tabs.Content value="places">
        <Places items={items} detail={detail} />
      </Tabs.Content>
      <Tabs.Content value="graph">
        <Suspense fallback={<Skeleton />}>
          <Graph id={detail.migration_id} />
        </Suspense>
      </Tabs.Content>
      <Tabs.Content value="history">
        <History id={detail.migration_id} />
      </Tabs.Content>
    </Tabs.Root>
  )
}

const tabs = ["scripts", "compare", "places", "graph", "history"] as const
