import { useQuery } from "@tanstack/react-query"
import { getRouteApi, useNavigate } from "@tanstack/react-router"
import type { TenantsReport } from "bfm/client"
import * as Queries from "../../api/Queries.ts"
import { Choice } from "../../parts/Choice.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { Notice } from "../../parts/Notice.tsx"
import * as Text from "../../parts/Text.ts"
import { Connections } from "./Connections.tsx"
import { List, words } from "./List.tsx"

const route = getRouteApi("/tenants")

/** Which version each tenant is at, who is behind, and why. */
export const Tenants = () => {
  const { connection } = route.useSearch()
  return (
    <>
      <Heading title="Tenants" />
      <Loaded query={useQuery(Queries.tenants(connection))} lines={8}>
        {report => (report.connections.length === 0 ? <Nobody /> : <Known report={report} />)}
      </Loaded>
    </>
  )
}

const Nobody = () => (
  <div className="panel">
    <Empty icon="tenants" title="No tenants yet">
      <p>
        Write <code>-- bfm-schema: dynamic</code> into migrations that run once per tenant, and say in{" "}
        <code>CORE_TENANTS</code> who the tenants are: their names, or a query that gives them.
      </p>
    </Empty>
  </div>
)

const Known = ({ report }: { readonly report: TenantsReport }) => {
  const { standing, text } = route.useSearch()
  const navigate = useNavigate({ from: "/tenants" })
  const set = (part: {
    readonly standing?: keyof typeof words | undefined
    readonly text?: string | undefined
  }) => void navigate({ search: previous => ({ ...previous, ...part }), replace: true, resetScroll: false })
  const shown = report.items.filter(
    item =>
      (standing === undefined || item.standing === standing) &&
      (text === undefined || item.schema.includes(text))
  )
  return (
    <>
      {report.warnings.map(warning => (
        <Notice key={warning} tone="warn" title="To know">
          {warning}
        </Notice>
      ))}
      <Connections report={report} />
      {report.causes.map(({ connection, reason, code, count }) => (
        <Notice key={`${connection} ${reason}`} tone="bad" title={`${Text.count(count, "tenant")} failed`}>
          {`${connection}: ${code ?? ""} ${reason}`}
        </Notice>
      ))}
      <div className="filters">
        <Choice
          label="Standing"
          value={standing}
          values={["failed", "behind", "at_head"]}
          wordOf={name => words[name as keyof typeof words]}
          onChange={value => set({ standing: value as keyof typeof words | undefined })}
        />
        <div className="field wide">
          <label htmlFor="tenant">Name</label>
          <input
            id="tenant"
            type="search"
            className="input"
            value={text ?? ""}
            onChange={({ target }) => set({ text: target.value === "" ? undefined : target.value })}
          />
        </div>
      </div>
      <List items={shown} />
    </>
  )
}
