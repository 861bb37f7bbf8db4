import { Link } from "@tanstack/react-router"
import type { Plan } from "bfm/client"
import { Panel } from "../../parts/Panel.tsx"
import * as Text from "../../parts/Text.ts"

/** So many are named. */
const most = 50

/** What was selected and would not run, and why. */
export const NotPlanned = ({ plan: { waiting, skipped } }: { readonly plan: Plan.Plan }) => (
  <>
    {waiting.length === 0 ? null : (
      <Panel title={`${Text.count(waiting.length, "migration")} waiting for a schema`}>
        <p className="muted">They run once per tenant: name the schemas above, and they are planned.</p>
        <Names items={waiting} />
      </Panel>
    )}
    {skipped.length === 0 ? null : (
      <details>
        <summary>{Text.count(skipped.length, "selected migration")} with nothing to do</summary>
        <Names items={skipped} />
      </details>
    )}
  </>
)

const Names = ({ items }: { readonly items: Plan.Plan["waiting"] }) => (
  <ul>
    {items.slice(0, most).map(({ id, version, name, reason, schema }) => (
      <li key={`${id} ${schema}`}>
        <Link to="/migrations/$id" params={{ id }}>
          {version} {name}
        </Link>{" "}
        <span className="muted">{reason}</span>
      </li>
    ))}
    {items.length > most ? <li className="muted">and {Text.number(items.length - most)} more</li> : null}
  </ul>
)
