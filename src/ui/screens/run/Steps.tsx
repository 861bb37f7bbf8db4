import { Link } from "@tanstack/react-router"
import { Columns } from "../../parts/Columns.tsx"
import type { Name } from "../../parts/Icon.tsx"
import { duration } from "../../parts/Moment.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { usePortion } from "../../parts/Portion.tsx"
import { Sign, type Tone } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"
import type { StepCourse, StepState } from "./Course.ts"

const looks: Readonly<Record<StepState, readonly [Tone, Name, string]>> = {
  waiting: ["calm", "clock", "waiting"],
  running: ["info", "turn", "running"],
  applied: ["good", "check", "done"],
  skipped: ["calm", "check", "done by somebody else"],
  failed: ["bad", "cross", "failed"],
  stopped: ["calm", "pause", "not run"]
}

/** Each step, in the order of the plan. */
export const Steps = ({ steps }: { readonly steps: ReadonlyArray<StepCourse> }) => {
  const { some, more } = usePortion(steps, "step")
  return (
    <Panel title="Steps" flush>
      <div className="scroll">
        <table>
          <Columns names={["State", "Migration", "Where", "What was said", "Took"]} figures={["Took"]} />
          <tbody>
            {some.map(course => (
              <Row key={course.step.id} course={course} />
            ))}
          </tbody>
        </table>
      </div>
      {more}
    </Panel>
  )
}

const Row = ({ course: { step, state, said, failure, took } }: { readonly course: StepCourse }) => {
  const [tone, icon, word] = looks[state]
  return (
    <tr>
      <td>
        <Sign tone={tone} icon={icon}>
          {word}
        </Sign>
      </td>
      <td>
        <Link to="/migrations/$id" params={{ id: step.id }}>
          {step.version} {step.name}
        </Link>
      </td>
      <td>{Text.place(step.connection, step.schema)}</td>
      <td className="small said">{failure?.reason ?? said ?? ""}</td>
      <td className="number">{took === undefined ? "" : duration(took)}</td>
    </tr>
  )
}
