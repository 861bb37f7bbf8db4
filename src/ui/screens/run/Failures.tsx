import { Link } from "@tanstack/react-router"
import type { Run } from "bfm/client"
import { Code } from "../../parts/Code.tsx"
import * as Highlight from "../../parts/Highlight.ts"
import { duration } from "../../parts/Moment.tsx"
import { Panel } from "../../parts/Panel.tsx"
import { Sign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"
import type { StepCourse } from "./Course.ts"

/** So many different failures are shown. */
const most = 10

/** The same mistake in many schemas is one mistake. */
const distinct = (failed: ReadonlyArray<StepCourse>): ReadonlyArray<ReadonlyArray<StepCourse>> => {
  const groups = new Map<string, Array<StepCourse>>()
  for (const course of failed) {
    const { failure } = course
    const key = `${failure?.migration_id} ${failure?.code} ${failure?.reason} ${failure?.line}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [course])
    else known.push(course)
  }
  return [...groups.values()]
}

/** What went wrong, where, and what to do next. */
export const Failures = ({ failed }: { readonly failed: ReadonlyArray<StepCourse> }) => (
  <>
    {distinct(failed)
      .slice(0, most)
      .map(group => {
        const [first] = group
        return first?.failure === undefined ? null : (
          <One key={first.step.id} failure={first.failure} course={first} group={group} />
        )
      })}
  </>
)

interface OneProps {
  readonly failure: Run.Failure
  readonly course: StepCourse
  readonly group: ReadonlyArray<StepCourse>
}

const One = ({ failure, course, group }: OneProps) => (
  <Panel
    title={`${failure.version} ${failure.name} failed`}
    end={
      <Sign tone="bad" icon="cross">
        {`failed after ${duration(failure.duration_ms)}`}
      </Sign>
    }
  >
    <div className="stack tight">
      <p>
        <strong>
          {failure.code === undefined ? "" : `${failure.code} `}
          {failure.reason}
        </strong>
      </p>
      <dl className="facts">
        {facts(failure, group).map(([name, text]) => (
          <Fact key={name} name={name} text={text} />
        ))}
      </dl>
      {failure.statement === undefined ? null : (
        <Code
          text={failure.statement}
          from={lineOf(failure, course)}
          marked={failure.line}
          label="The failing statement"
          language={Highlight.languageOf(course.step.backend)}
        />
      )}
      <p className="row">
        <Link to="/migrations/$id" params={{ id: failure.id }}>
          Open the migration
        </Link>
      </p>
    </div>
  </Panel>
)

const Fact = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <>
    <dt>{name}</dt>
    <dd className="said">{text}</dd>
  </>
)

const facts = (
  failure: Run.Failure,
  group: ReadonlyArray<StepCourse>
): ReadonlyArray<readonly [string, string]> => {
  const { path, line, column, detail, hint, blocked_by: blocked, attempts, connection, aftermath } = failure
  const position = line === undefined ? path : `${path}:${line}${column === undefined ? "" : `:${column}`}`
  const schemas = group.map(({ step }) => step.schema).filter(schema => schema !== "")
  const where = `${connection}${schemas.length === 0 ? "" : ` · ${schemas.slice(0, 20).join(", ")}`}${schemas.length > 20 ? ` and ${Text.number(schemas.length - 20)} more` : ""}`
  return [
    ["Where", where] as const,
    ["File", position] as const,
    ...(detail === undefined ? [] : [["Detail", detail] as const]),
    ...(hint === undefined ? [] : [["Hint", hint] as const]),
    ...(blocked === undefined ? [] : [["Held up by", blocked] as const]),
    ["What is left", aftermath] as const,
    ...(attempts > 1 ? [["Attempts", String(attempts)] as const] : [])
  ]
}

/** Where the statement stands in its file, as the plan says. */
const lineOf = ({ line: failing = 1 }: Run.Failure, { step }: StepCourse): number =>
  step.units.flatMap(({ statements }) => statements).findLast(({ line }) => line <= failing)?.line ?? failing
