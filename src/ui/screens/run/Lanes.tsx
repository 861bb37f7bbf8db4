import { useMemo } from "react"
import { Panel } from "../../parts/Panel.tsx"
import * as Text from "../../parts/Text.ts"
import * as Course from "./Course.ts"

/** Fewer schemas are told apart in the list. */
const least = 6

const words: Readonly<Record<Course.StepState, string>> = {
  applied: "applied",
  skipped: "done by somebody else",
  running: "running",
  waiting: "waiting",
  failed: "failed",
  stopped: "not run"
}

/** One cell a schema, where a run reaches many. */
export const Lanes = ({ steps }: { readonly steps: ReadonlyArray<Course.StepCourse> }) => {
  const lanes = useMemo(() => Course.lanes(steps), [steps])
  if (lanes.length < least) return null
  const count = (state: Course.StepState) => lanes.filter(lane => lane.state === state).length
  const present = (Object.keys(words) as ReadonlyArray<Course.StepState>).filter(state => count(state) > 0)
  const told = present.map(state => `${Text.number(count(state))} ${words[state]}`).join(", ")
  return (
    <Panel title={`${Text.number(lanes.length)} schemas`}>
      <div className="stack tight">
        <div className="cells" role="img" aria-label={`One cell a schema: ${told}`}>
          {lanes.map(({ key, connection, schema, state }) => (
            <span key={key} className={state} title={`${Text.place(connection, schema)}: ${words[state]}`} />
          ))}
        </div>
        <p className="legend">
          {present.map(state => (
            <span key={state}>
              <span className="cells" aria-hidden="true">
                <span className={state} />
              </span>
              {Text.number(count(state))} {words[state]}
            </span>
          ))}
        </p>
      </div>
    </Panel>
  )
}
