import { Link } from "@tanstack/react-router"
import type { Worker } from "bfm/client"
import { type Fleet, useFleet } from "../../api/Fleet.ts"
import { Columns } from "../../parts/Columns.tsx"
import type { Name } from "../../parts/Icon.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { Moment } from "../../parts/Moment.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { Sign, type Tone } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

/** Who carries out what is queued; nothing where the service does that itself. */
export const Workers = () => {
  const fleet = useFleet()
  return fleet === undefined ? null : <Known fleet={fleet} />
}

const Known = ({ fleet: { query } }: { readonly fleet: Fleet }) => (
  <Panel title="Workers" flush end={<span className="muted">{summary(query.data?.items ?? [])}</span>}>
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="inside muted">
            No worker listens. Start one with <code>bfm worker</code>, with the settings and the migrations of
            this service, on any machine that reaches the databases: what is queued waits until then.
          </p>
        ) : (
          <Table items={items} />
        )
      }
    </Loaded>
  </Panel>
)

const Table = ({ items }: { readonly items: ReadonlyArray<Worker.Worker> }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it
  <section className="scroll" aria-label="Workers" tabIndex={0}>
    <table>
      <Columns names={["State", "Worker", "Carries out", "Since", "Last heard", "Version"]} />
      <tbody>
        {items.map(worker => (
          <Row key={worker.id} worker={worker} />
        ))}
      </tbody>
    </table>
  </section>
)

const Row = ({ worker }: { readonly worker: Worker.Worker }) => {
  const { id, version, since, heartbeat_at, capacity, runs } = worker
  const [tone, icon, word] = looks[stateOf(worker)]
  return (
    <tr>
      <td>
        <Sign tone={tone} icon={icon}>
          {word}
        </Sign>
      </td>
      <td className="mono">{id}</td>
      <td>
        {Text.number(runs.length)} of {Text.count(capacity, "run")}
        {runs.map(run => (
          <span key={run}>
            {" "}
            <Link to="/runs/$id" params={{ id: run }} className="mono" title={run}>
              {run.slice(-6)}
            </Link>
          </span>
        ))}
      </td>
      <td>
        <Moment at={since} />
      </td>
      <td>
        <Moment at={heartbeat_at} />
      </td>
      <td>{version}</td>
    </tr>
  )
}

type State = "working" | "idle" | "draining" | "silent"

const stateOf = ({ alive, draining, runs }: Worker.Worker): State =>
  !alive ? "silent" : draining ? "draining" : runs.length > 0 ? "working" : "idle"

const looks: Readonly<Record<State, readonly [Tone, Name, string]>> = {
  working: ["info", "turn", "working"],
  idle: ["good", "check", "listening"],
  draining: ["calm", "pause", "draining"],
  silent: ["warn", "question", "silent"]
}

/** How many are how, and how much of what they could do at once they do. */
const summary = (items: ReadonlyArray<Worker.Worker>): string => {
  if (items.length === 0) return ""
  const count = (wanted: (state: State) => boolean) => items.filter(item => wanted(stateOf(item))).length
  const listening = items.filter(item => item.alive && !item.draining)
  const busy = listening.reduce((sum, { runs }) => sum + runs.length, 0)
  const room = listening.reduce((sum, { capacity }) => sum + capacity, 0)
  const [draining, silent] = [count(state => state === "draining"), count(state => state === "silent")]
  return [
    `${Text.number(listening.length)} listening`,
    ...(draining > 0 ? [`${Text.number(draining)} draining`] : []),
    ...(silent > 0 ? [`${Text.number(silent)} silent`] : []),
    ...(room > 0 ? [`${Text.number(busy)} of ${Text.count(room, "run")} at a time`] : [])
  ].join(" · ")
}
