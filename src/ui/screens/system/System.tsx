import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useMay } from "../../api/Me.ts"
import { of } from "../../api/Problem.ts"
import * as Queries from "../../api/Queries.ts"
import { ask } from "../../api/Service.ts"
import { Columns } from "../../parts/Columns.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { Icon, type Name } from "../../parts/Icon.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { Notice } from "../../parts/Notice.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { Sign, type Tone } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

/** What the service stands on. */
export const System = () => (
  <>
    <Heading title="System">
      <a className="button" href="/docs" target="_blank" rel="noreferrer">
        The API
      </a>
      <Reindex />
    </Heading>
    <Health />
    <Sources />
    <Connections />
  </>
)

const Health = () => (
  <Panel title="Health" flush>
    <Loaded query={useQuery(Queries.health)}>
      {({ checks }) => (
        <table>
          <thead className="unseen">
            <tr>
              <th scope="col">Part</th>
              <th scope="col">How it is</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(checks).map(([name, said]) => (
              <tr key={name}>
                <td>{name === "executor" ? "the service as a whole" : name}</td>
                <td>
                  <Answer said={said} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Loaded>
  </Panel>
)

const Answer = ({ said }: { readonly said: string }) => {
  const [tone, icon, word] = answers[said] ?? (["bad", "cross", said] as const)
  return (
    <Sign tone={tone} icon={icon}>
      {word}
    </Sign>
  )
}

/** The codes of the service's health, for people. `degraded`: it does its own work all the same. */
const answers: Readonly<Record<string, readonly [Tone, Name, string]>> = {
  ok: ["good", "check", "ok"],
  degraded: ["warn", "warning", "nobody listens"],
  ConnectionUnreachable: ["bad", "plug", "unreachable"],
  StateUnavailable: ["bad", "plug", "unreachable"],
  SourceInvalid: ["bad", "cross", "has mistakes"]
}

const Sources = () => (
  <Panel title="Sources" flush>
    <Loaded query={useQuery(Queries.sources)}>
      {({ problems, total }) =>
        problems.length === 0 ? (
          <p className="inside muted">{Text.count(total, "migration")}, and nothing wrong with them.</p>
        ) : (
          <ul className="concerns">
            {problems.map(({ path, line, reason }) => (
              <li key={`${path} ${line} ${reason}`}>
                <Sign tone="bad" icon="warning">
                  broken
                </Sign>
                <div>
                  <code>{line === undefined ? path : `${path}:${line}`}</code>
                  <p className="said">{reason}</p>
                </div>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  </Panel>
)

const Connections = () => (
  <Panel title="Connections" flush>
    <Loaded query={useQuery(Queries.connections)}>
      {({ items }) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it
        <section className="scroll" aria-label="Connections" tabIndex={0}>
          <table>
            <Columns names={["Name", "Backend", "Address", "What was said"]} />
            <tbody>
              {items.map(item => (
                <tr key={`${item.connection} ${item.backend}`}>
                  <td>{item.connection}</td>
                  <td>{item.backend}</td>
                  <td className="mono">{item.configured ? item.address : "not configured"}</td>
                  <td>{item.error ?? ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Loaded>
  </Panel>
)

/** Reads the sources again. */
const Reindex = () => {
  const may = useMay("migrate")
  const queries = useQueryClient()
  const reindex = useMutation({
    mutationFn: () => ask(api => api.migrations.reindex({})),
    onSuccess: () => queries.invalidateQueries()
  })
  if (!may) return null
  return (
    <>
      <button type="button" className="button" disabled={reindex.isPending} onClick={() => reindex.mutate()}>
        <Icon name="refresh" turning={reindex.isPending} />
        Read the sources again
      </button>
      <span role="status">
        {reindex.data === undefined
          ? null
          : `${Text.count(reindex.data.total, "migration")}: ${reindex.data.added.length} new, ${reindex.data.updated.length} changed, ${reindex.data.removed.length} gone`}
      </span>
      {reindex.error === null ? null : (
        <Notice tone="bad" title="The sources were not read" urgent>
          {of(reindex.error).message}
        </Notice>
      )}
    </>
  )
}
