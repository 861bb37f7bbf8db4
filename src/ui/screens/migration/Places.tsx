import { Link } from "@tanstack/react-router"
import type { MigrationDetail, MigrationItem } from "bfm/client"
import { useMay } from "../../api/Me.ts"
import { Columns } from "../../parts/Columns.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { Moment } from "../../parts/Moment.tsx"
import { usePortion } from "../../parts/Portion.tsx"
import { StatusSign } from "../../parts/Sign.tsx"
import { RollBack } from "./Actions.tsx"

interface Props {
  readonly items: ReadonlyArray<MigrationItem>
  readonly detail: MigrationDetail
}

/** How it stands in each schema in which it is known. */
export const Places = ({ items, detail }: Props) => {
  const { some, more } = usePortion(items, "schema")
  const mayRollBack = useMay("rollback")
  if (items.length === 0)
    return (
      <div className="panel">
        <Empty icon="question" title="It stands nowhere">
          <p>Its connection is not configured, or could not be asked.</p>
        </Empty>
      </div>
    )
  return (
    <section className="panel scroll" aria-label="Schemas">
      <table>
        <Columns names={["Schema", "Status", "Applied", "What was said"]} actions />
        <tbody>
          {some.map(item => (
            <tr key={`${item.migration_id} ${item.schema}`}>
              <td>{item.schema === "" ? <span className="muted">needs a schema</span> : item.schema}</td>
              <td>
                <StatusSign status={item.status} />
              </td>
              <td>{item.applied_at === undefined ? "" : <Moment at={item.applied_at} />}</td>
              <td className="small">{item.error_message ?? ""}</td>
              <td>
                {item.applied && item.status !== "missing" && mayRollBack ? <RollBack item={item} /> : null}
                {item.status === "pending" && item.schema === "" ? (
                  <Link to="/plan" search={{ id: [detail.migration_id] }}>
                    Name schemas
                  </Link>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more}
    </section>
  )
}
