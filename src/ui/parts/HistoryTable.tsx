import { Link } from "@tanstack/react-router"
import { Columns } from "./Columns.tsx"
import type { Name } from "./Icon.tsx"
import { duration, Moment } from "./Moment.tsx"
import { Sign, type Tone } from "./Sign.tsx"
import * as Text from "./Text.ts"

/** Something that happened, as both lists of the service have it. */
export interface Happened {
  readonly key: string
  readonly event: string
  /** RFC 3339. */
  readonly at: string
  readonly migration?: { readonly id: string; readonly title: string }
  readonly connection: string
  readonly schema: string
  readonly actor: string
  readonly method: string
  /** The request that it came from, where a client asked for it. */
  readonly request?: string | undefined
  readonly run: string
  readonly took?: number | undefined
  readonly error?: string | undefined
}

const looks: Readonly<Record<string, readonly [Tone, Name, string]>> = {
  applied: ["good", "check", "applied"],
  failed: ["bad", "cross", "failed"],
  rolled_back: ["calm", "back", "rolled back"],
  rollback_failed: ["bad", "cross", "rolling back failed"],
  resolved_applied: ["odd", "person", "declared applied"],
  resolved_pending: ["odd", "person", "declared pending"],
  reconciled_removed: ["odd", "question", "gone from the ledger"]
}

/** Every kind of event, in the order of choice. */
export const events = Object.keys(looks)

export const wordOf = (event: string): string => looks[event]?.[2] ?? event

const Event = ({ event }: { readonly event: string }) => {
  const [tone, icon, word] = looks[event] ?? ["calm", "question", event]
  return (
    <Sign tone={tone} icon={icon}>
      {word}
    </Sign>
  )
}

/** What happened, one event a line, newest first. */
export const HistoryTable = ({ items }: { readonly items: ReadonlyArray<Happened> }) => (
  <div className="scroll">
    <table>
      <Columns
        names={["What", "Migration", "Where", "When", "By", "Request", "Run", "Took"]}
        figures={["Took"]}
      />
      <tbody>
        {items.map(item => (
          <tr key={item.key}>
            <td>
              <Event event={item.event} />
            </td>
            <td>
              {item.migration === undefined ? null : (
                <Link to="/migrations/$id" params={{ id: item.migration.id }}>
                  {item.migration.title}
                </Link>
              )}
              {item.error === undefined ? null : <p className="small said">{item.error}</p>}
            </td>
            <td>{Text.place(item.connection, item.schema)}</td>
            <td>
              <Moment at={item.at} />
            </td>
            <td>
              {item.actor} <span className="muted">({item.method})</span>
            </td>
            <td className="small muted">{item.request ?? ""}</td>
            <td>
              {item.run === "" ? null : (
                <Link to="/runs/$id" params={{ id: item.run }} className="mono" title={item.run}>
                  {item.run.slice(-6)}
                </Link>
              )}
            </td>
            <td className="number">{item.took === undefined ? "" : duration(item.took)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
