import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Backend, type Status } from "bfm/client"
import * as Queries from "../../api/Queries.ts"
import { Empty } from "../../parts/Empty.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { allStatuses, Sign, wordOf } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

/** Each connection, and how many migrations stand how on it. */
export const Connections = ({ chosen }: { readonly chosen: string | undefined }) => (
  <section aria-labelledby="connections">
    <h2 id="connections" className="unseen">
      Connections
    </h2>
    <Loaded query={useQuery(Queries.connections)}>
      {({ items }) =>
        items.length === 0 ? (
          <div className="panel">
            <Empty icon="plug" title="No connections yet">
              <p>
                Set <code>CORE_BACKEND</code> and <code>CORE_DB_URL</code> in the environment of the service,
                put migrations below <code>sfm/postgresql/core/</code>, and start it again.
              </p>
            </Empty>
          </div>
        ) : (
          <ul className="cards">
            {items
              .filter(({ connection }) => chosen === undefined || connection === chosen)
              .map(item => (
                <Card key={`${item.connection} ${item.backend}`} item={item} />
              ))}
          </ul>
        )
      }
    </Loaded>
  </section>
)

const Card = ({ item }: { readonly item: Status.ConnectionStatus }) => {
  const { connection, backend, address, counts, configured } = item
  return (
    <li className="panel card">
      <div className="row spread">
        <h3>
          <Link to="/migrations" search={{ connection }}>
            {connection}
          </Link>{" "}
          <span className="muted">{backend}</span>
        </h3>
        <Standing item={item} />
      </div>
      <p className="muted small cut" title={address}>
        {configured ? address : <Setting item={item} />}
      </p>
      <ul className="row">
        {allStatuses
          .filter(status => (counts[status] ?? 0) > 0)
          .map(status => (
            <li key={status}>
              <Link to="/migrations" search={{ connection, status: [status] }}>
                <strong>{Text.number(counts[status] ?? 0)}</strong> {wordOf(status)}
              </Link>
            </li>
          ))}
      </ul>
    </li>
  )
}

/** The variable that is missing. */
const Setting = ({ item: { connection, backend } }: { readonly item: Status.ConnectionStatus }) => (
  <>
    set{" "}
    <code>
      {connection.toUpperCase().replaceAll("-", "_")}_{Backend.whereabouts[backend].whole}
    </code>{" "}
    and start the service again
  </>
)

const Standing = ({ item: { configured, error } }: { readonly item: Status.ConnectionStatus }) => {
  if (!configured)
    return (
      <Sign tone="calm" icon="question">
        not configured
      </Sign>
    )
  return error === undefined ? (
    <Sign tone="good" icon="check">
      up
    </Sign>
  ) : (
    <Sign tone="bad" icon="cross">
      unreachable
    </Sign>
  )
}
