import { useQueries, useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useFleet } from "../../api/Fleet.ts"
import { useMay, useMe } from "../../api/Me.ts"
import { of } from "../../api/Problem.ts"
import * as Queries from "../../api/Queries.ts"
import { Skeleton } from "../../parts/Loaded.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { Sign, StatusSign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"
import * as Concern from "./Concern.ts"
import { recent } from "./RecentRuns.tsx"

const alarming = ["failed", "interrupted", "changed", "missing"] as const

/** So many are shown; the rest is in the list. */
const most = 12

/** What needs a person first, each with the next step. */
export const Attention = ({ connection }: { readonly connection: string | undefined }) => {
  const me = useMe()
  const lists = useQueries({ queries: alarming.map(status => Queries.withStatus(status, connection)) })
  const connections = useQuery(Queries.connections)
  const sources = useQuery(Queries.sources)
  const plan = useQuery(Queries.everything(connection === undefined ? me.connections : [connection]))
  const fleet = useFleet()
  const runs = useQuery(Queries.runs(recent))
  const concerns = [
    ...(fleet === undefined || fleet.manned ? [] : Concern.ofQueue(runs.data?.items ?? [])),
    ...(connections.data?.items ?? [])
      .filter(item => connection === undefined || item.connection === connection)
      .flatMap(Concern.ofConnection),
    ...(sources.data?.problems ?? []).map(Concern.ofSource),
    ...lists.flatMap(({ data }) => (data?.items ?? []).map(Concern.ofItem)),
    ...Concern.ofPaused(runs.data?.items ?? []),
    ...(plan.error === null ? [] : Concern.ofPlan(of(plan.error).error))
  ]
  const more = lists.reduce(
    (sum, { data }) => sum + (data === undefined ? 0 : data.total - data.items.length),
    0
  )
  return (
    <Panel title="Needs you" flush>
      {lists.some(({ isPending }) => isPending) ? (
        <div className="inside">
          <Skeleton />
        </div>
      ) : concerns.length === 0 ? (
        <p className="inside muted">Nothing. All that was run is as it should be.</p>
      ) : (
        <ul className="concerns">
          {concerns.slice(0, most).map(concern => (
            <Row key={concern.key} concern={concern} />
          ))}
        </ul>
      )}
      {concerns.length + more > most ? (
        <p className="inside">
          <Link to="/migrations" search={{ connection, status: [...alarming] }}>
            {Text.number(concerns.length + more - most)} more
          </Link>
        </p>
      ) : null}
    </Panel>
  )
}

const Row = ({ concern }: { readonly concern: Concern.Concern }) => (
  <li>
    <Kind kind={concern.kind} />
    <div>
      <div className="row">
        {concern.connection === "" ? null : (
          <span className="muted">{Text.place(concern.connection, concern.schema ?? "")}</span>
        )}
        {concern.id === undefined ? (
          <strong>{concern.title}</strong>
        ) : (
          <Link to="/migrations/$id" params={{ id: concern.id }}>
            {concern.title}
          </Link>
        )}
      </div>
      <p className="small said">{concern.said}</p>
    </div>
    <Step concern={concern} />
  </li>
)

const Kind = ({ kind }: Pick<Concern.Concern, "kind">) => {
  switch (kind) {
    case "unreachable":
    case "broken":
      return (
        <Sign tone="bad" icon={kind === "broken" ? "warning" : "plug"}>
          {kind}
        </Sign>
      )
    case "waiting":
    case "idle":
      return (
        <Sign tone="warn" icon="clock">
          {kind === "idle" ? "no worker" : kind}
        </Sign>
      )
    case "paused":
      return (
        <Sign tone="warn" icon="pause">
          {kind}
        </Sign>
      )
    case "blocked":
      return (
        <Sign tone="warn" icon="lock">
          {kind}
        </Sign>
      )
    default:
      return <StatusSign status={kind} />
  }
}

/** What can be done about it here. */
const Step = ({ concern: { kind, id, run } }: { readonly concern: Concern.Concern }) => {
  const may = useMay("migrate")
  if (kind === "waiting")
    return (
      <Link to="/runs" search={{ state: "queued" }} className="button">
        Show them
      </Link>
    )
  if (run !== undefined)
    return (
      <Link to="/runs/$id" params={{ id: run }} className="button">
        Open
      </Link>
    )
  if (kind === "unreachable" || kind === "broken")
    return (
      <Link to="/system" className="button">
        Look into it
      </Link>
    )
  if (id === undefined) return null
  if ((kind === "failed" || kind === "interrupted") && may)
    return (
      <Link to="/plan" search={{ id: [id] }} className="button">
        {kind === "failed" ? "Retry" : "Go on"}
      </Link>
    )
  if (kind === "changed")
    return (
      <Link to="/migrations/$id" params={{ id }} search={{ tab: "compare" }} className="button">
        Compare
      </Link>
    )
  return (
    <Link to="/migrations/$id" params={{ id }} className="button">
      Open
    </Link>
  )
}
