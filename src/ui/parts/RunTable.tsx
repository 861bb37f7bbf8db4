import { Link } from "@tanstack/react-router"
import type { Run } from "bfm/client"
import { Columns } from "./Columns.tsx"
import { duration, Moment } from "./Moment.tsx"
import { RunSign } from "./Sign.tsx"
import * as Text from "./Text.ts"

const words = { up: "apply", down: "roll back" } as const

/** Runs, one a line. */
export const RunTable = ({ runs }: { readonly runs: ReadonlyArray<Run.Run> }) => (
  <div className="scroll">
    <table className="runs">
      <Columns names={["State", "Run", "What", "By", "Began", "Took"]} figures={["Took"]} />
      <tbody>
        {runs.map(run => (
          <tr key={run.id}>
            <td>
              <RunSign state={run.state} />
            </td>
            <td>
              <Link to="/runs/$id" params={{ id: run.id }} className="mono">
                {run.id}
              </Link>
            </td>
            <td>{outcome(run)}</td>
            <td>
              {run.actor.name} <span className="muted">({run.actor.method})</span>
            </td>
            <td>
              <Moment at={run.started_at} />
            </td>
            <td className="number">
              {run.finished_at === undefined ? "" : duration(run.finished_at - run.started_at)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const outcome = ({ direction, total, succeeded, failed, state, error }: Run.Run): string => {
  if (total === 0) return error === undefined && state === "succeeded" ? "nothing to do" : words[direction]
  const parts = [`${words[direction]} ${Text.count(total, "step")}`]
  if (succeeded > 0 && succeeded < total) parts.push(`${Text.number(succeeded)} done`)
  if (failed > 0) parts.push(`${Text.number(failed)} failed`)
  return parts.join(", ")
}
