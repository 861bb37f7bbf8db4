import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useMe } from "../../api/Me.ts"
import { of, type Problem } from "../../api/Problem.ts"
import * as Queries from "../../api/Queries.ts"
import { Panel } from "../../parts/Panel.tsx"
import { Sign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

/** So many steps are named; the plan has them all. */
const most = 6

/** What a run of everything would do now, in short, or why that cannot be said. */
export const Next = ({ connection }: { readonly connection: string | undefined }) => {
  const me = useMe()
  const { data, error } = useQuery(
    Queries.everything(connection === undefined ? me.connections : [connection])
  )
  if (error !== null) return <Unknown problem={of(error)} />
  if (data === undefined) return null
  const { steps, waiting } = data
  return (
    <Panel title="Next run" flush>
      {steps.length === 0 ? (
        <p className="inside muted">Everything that can be applied is applied.</p>
      ) : (
        <ol className="concerns numbered">
          {steps.slice(0, most).map(step => (
            <li key={step.id}>
              <span className="muted mono">{step.position}</span>
              <div className="row">
                <Link to="/migrations/$id" params={{ id: step.id }}>
                  {step.version} {step.name}
                </Link>
                <span className="muted">{Text.place(step.connection, step.schema)}</span>
                {step.destructive ? (
                  <Sign tone="bad" icon="warning">
                    destructive
                  </Sign>
                ) : null}
              </div>
            </li>
          ))}
        </ol>
      )}
      {steps.length > most || waiting.length > 0 ? (
        <p className="inside muted">
          {[
            ...(steps.length > most ? [`${Text.count(steps.length - most, "more step")}`] : []),
            ...(waiting.length > 0 ? [`${Text.count(waiting.length, "migration")} waiting for a schema`] : [])
          ].join(" · ")}
          {" · "}
          <Link to="/plan" search={{ connection }}>
            see the plan
          </Link>
        </p>
      ) : null}
    </Panel>
  )
}

const Unknown = ({ problem }: { readonly problem: Problem }) => (
  <Panel title="Next run" flush>
    <p className="inside muted said">What would run cannot be said now: {problem.message}</p>
  </Panel>
)
