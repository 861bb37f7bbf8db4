import { Link } from "@tanstack/react-router"
import type { TenantsReport } from "bfm/client"
import { useMay } from "../../api/Me.ts"
import { Columns } from "../../parts/Columns.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { usePortion } from "../../parts/Portion.tsx"
import { Sign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

export const words = { at_head: "at head", behind: "behind", failed: "failed" } as const

const looks = {
  at_head: { tone: "good", icon: "check" },
  behind: { tone: "info", icon: "clock" },
  failed: { tone: "bad", icon: "cross" }
} as const

/** The tenants, those that are behind with the next step. */
export const List = ({ items }: { readonly items: TenantsReport["items"] }) => {
  const { some, more } = usePortion(items, "tenant")
  if (items.length === 0)
    return (
      <div className="panel">
        <Empty icon="search" title="Nobody is like that">
          <p>Take a filter away.</p>
        </Empty>
      </div>
    )
  return (
    <section className="panel scroll" aria-label="Tenants">
      <table>
        <Columns
          names={["Tenant", "Standing", "Version", "Applied", "Pending", "What was said"]}
          figures={["Applied", "Pending"]}
          actions
        />
        <tbody>
          {some.map(item => (
            <Row key={`${item.connection} ${item.schema}`} item={item} />
          ))}
        </tbody>
      </table>
      {more}
    </section>
  )
}

const Row = ({ item }: { readonly item: TenantsReport["items"][number] }) => {
  const { connection, schema, standing, version, applied, pending, reason, migration_id: id } = item
  const may = useMay("migrate")
  return (
    <tr>
      <td>{Text.place(connection, schema)}</td>
      <td>
        <Sign {...looks[standing]}>{words[standing]}</Sign>
      </td>
      <td className="mono">{version === "" ? <span className="muted">none yet</span> : version}</td>
      <td className="number">{Text.number(applied)}</td>
      <td className="number">{Text.number(pending)}</td>
      <td className="small said">
        {reason ?? ""}{" "}
        {id === undefined ? null : (
          <Link to="/migrations/$id" params={{ id }}>
            open
          </Link>
        )}
      </td>
      <td>
        {standing === "at_head" || !may ? null : (
          <Link to="/plan" search={{ connection, schema: [schema] }}>
            Plan
          </Link>
        )}
      </td>
    </tr>
  )
}
