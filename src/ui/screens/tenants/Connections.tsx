import { Link } from "@tanstack/react-router"
import type { TenantsReport } from "bfm/client"
import { Icon } from "../../parts/Icon.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { Sign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

/** Of each connection, how many tenants are at which version. */
export const Connections = ({ report }: { readonly report: TenantsReport }) => (
  <>
    {report.connections.map(item => (
      <Panel
        key={item.connection}
        title={titleOf(item)}
        end={
          item.behind + item.failed > 0 ? (
            <Link to="/plan" search={{ connection: item.connection, schema: ["all"] }} className="button">
              <Icon name="list" />
              Plan all that are behind
            </Link>
          ) : undefined
        }
      >
        <div className="stack tight">
          {item.error === undefined ? null : (
            <p>
              <Sign tone="bad" icon="plug">
                unreachable
              </Sign>{" "}
              {item.error}
            </p>
          )}
          <Versions report={report} connection={item.connection} head={item.head} />
        </div>
      </Panel>
    ))}
  </>
)

/** Of a connection that does not answer nothing is known. */
const titleOf = ({ connection, at_head: atHead, tenants, error }: TenantsReport["connections"][number]) =>
  error !== undefined && tenants === 0
    ? `${connection}: its tenants are not known`
    : `${connection}: ${Text.number(atHead)} of ${Text.count(tenants, "tenant")} at head`

/** So many versions are told apart. */
const most = 8

interface VersionsProps {
  readonly report: TenantsReport
  readonly connection: string
  readonly head: string
}

const Versions = ({ report, connection, head }: VersionsProps) => {
  const counts = new Map<string, number>()
  const own = report.items.filter(item => item.connection === connection)
  for (const { version } of own) counts.set(version, (counts.get(version) ?? 0) + 1)
  const versions = [...counts].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, most)
  return (
    <ul className="versions">
      {versions.map(([version, count]) => (
        <li key={version}>
          <code>{version === "" ? "nothing applied" : version}</code>
          <span className="bar" aria-hidden="true">
            <span style={{ width: `${Math.round((count / own.length) * 100)}%` }} />
          </span>
          <span>
            {Text.number(count)}
            {version === head ? <span className="muted"> newest</span> : null}
          </span>
        </li>
      ))}
    </ul>
  )
}
