import { Link } from "@tanstack/react-router"
import type { Errors } from "bfm/client"
import type { Problem } from "../../api/Problem.ts"
import { Notice } from "../../parts/Notice.tsx"

interface Props {
  readonly problem: Problem
  readonly again: () => void
}

/** Why there is no plan, and what to do about it. Nothing ran. */
export const Refused = ({ problem, again }: Props) => (
  <Notice
    tone="bad"
    urgent
    title={titleOf(problem)}
    actions={
      <button type="button" className="button" onClick={again}>
        Plan again
      </button>
    }
  >
    {problem.error === undefined ? problem.message : <Said error={problem.error} />}
  </Notice>
)

const titleOf = ({ kind, error }: Problem): string => {
  if (kind === "unreachable") return "There is no plan: the service cannot be reached"
  if (error?._tag === "MigrationChanged") return "Applied migrations were edited: nothing can be planned"
  if (error?._tag === "SourceInvalid") return "The sources have mistakes: nothing can be planned"
  return "This cannot be planned; nothing was run"
}

const Said = ({ error }: { readonly error: Errors.BfmError }) => {
  switch (error._tag) {
    case "MigrationChanged":
      return (
        <ul>
          {error.ids.map(id => (
            <li key={id}>
              <Link to="/migrations/$id" params={{ id }} search={{ tab: "compare" }}>
                {id}
              </Link>{" "}
              says something else now than when it was applied
            </li>
          ))}
        </ul>
      )
    case "PlanRejected":
    case "SourceInvalid":
      return (
        <ul>
          {error.problems.map(({ path, line, reason }) => (
            <li key={`${path} ${line} ${reason}`}>
              {path === undefined ? null : (
                <code>
                  {path}
                  {line === undefined ? "" : `:${line}`}{" "}
                </code>
              )}
              {reason}
            </li>
          ))}
        </ul>
      )
    default:
      return error.message
  }
}
