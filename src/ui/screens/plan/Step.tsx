import { Link } from "@tanstack/react-router"
import type { Plan } from "bfm/client"
import { Code } from "../../parts/Code.tsx"
import { Columns } from "../../parts/Columns.tsx"
import * as Highlight from "../../parts/Highlight.ts"
import { Icon } from "../../parts/Icon.tsx"
import { duration } from "../../parts/Moment.tsx"
import { Sign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"
import type { Group } from "./Grouped.ts"

/** So many schemas are named at once. */
const most = 24
/** Longer statements are folded, in lines. */
const fold = 30

const modes: Readonly<Record<Plan.Step["mode"], string>> = {
  transaction: "one transaction",
  journal: "outside a transaction, statement by statement",
  program: "a program, in one transaction"
}

/** One migration, with everything that it would send. */
export const Step = ({ group: { step, steps } }: { readonly group: Group }) => (
  <article className="panel step" aria-label={`Step ${step.position}: ${step.name}`}>
    <header>
      <div className="row">
        <span className="mono muted">{step.position}</span>
        <h2>
          <Link to="/migrations/$id" params={{ id: step.id }}>
            {step.version} {step.name}
          </Link>
        </h2>
        {step.direction === "down" ? (
          <Sign tone="warn" icon="back">
            roll back
          </Sign>
        ) : null}
        {step.destructive ? (
          <Sign tone="bad" icon="warning">
            destructive
          </Sign>
        ) : null}
      </div>
      <span className="muted">{where(step, steps)}</span>
    </header>
    <div className="inside stack tight">
      <p className="muted small">{facts(step)}</p>
      <Schemas steps={steps} />
      <Warnings step={step} />
      {statements(step).map(({ statement, key }) => (
        <div key={key} className="stack tight">
          <Code
            text={statement.text}
            from={statement.line}
            fold={fold}
            language={Highlight.languageOf(step.backend)}
            label={`Statement at ${step.path}:${statement.line}`}
          />
          <Effects effects={statement.effects} />
        </div>
      ))}
      {statements(step).length === 0 ? <p className="muted">It sends nothing.</p> : null}
    </div>
  </article>
)

const where = (step: Plan.Step, steps: ReadonlyArray<Plan.Step>): string =>
  steps.length === 1
    ? `${step.backend} · ${Text.place(step.connection, step.schema)}`
    : `${step.backend} · ${step.connection}, ${Text.count(steps.length, "schema")}`

const facts = (step: Plan.Step): string =>
  [
    modes[step.mode],
    ...(step.lock_timeout === 0 ? [] : [`waits at most ${duration(step.lock_timeout)} for a lock`]),
    ...(step.statement_timeout === 0 ? [] : [`a statement may take ${duration(step.statement_timeout)}`]),
    ...(step.creates_schema ? ["creates its schema first"] : []),
    ...(step.unwrapped ? ["the BEGIN … COMMIT of the file is taken off"] : []),
    ...(step.resume_at > 0 ? [`goes on after statement ${step.resume_at}`] : []),
    ...(step.requires.length === 0
      ? []
      : [`needs ${step.requires.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`]),
    ...(step.after.length === 0 ? [] : [`after ${step.after.join(", ")}`])
  ].join(" · ")

const Schemas = ({ steps }: Pick<Group, "steps">) =>
  steps.length === 1 ? null : (
    <p className="row">
      {steps.slice(0, most).map(({ id, schema }) => (
        <span key={id} className="tag">
          {schema}
        </span>
      ))}
      {steps.length > most ? (
        <span className="muted">and {Text.number(steps.length - most)} more</span>
      ) : null}
    </p>
  )

const Warnings = ({ step }: { readonly step: Plan.Step }) => {
  const all = [
    ...step.warnings,
    ...(step.depends_on_data ? ["It looks at the data: what is shown may not be all that it does."] : []),
    ...(step.in_doubt
      ? ["A statement of it was begun and did not end; the store is asked what came of it."]
      : [])
  ]
  return all.length === 0 ? null : (
    <ul className="warnings" aria-label="Warnings">
      {all.map(text => (
        <li key={text}>
          <Icon name="warning" />
          {text}
        </li>
      ))}
    </ul>
  )
}

/** In the order in which they are sent. */
const statements = (step: Plan.Step) =>
  step.units
    .flatMap(({ statements: list }) => list)
    .map((statement, index) => ({ statement, key: `${index} ${statement.line}` }))

/** What would change, key by key, where the store can tell. */
const Effects = ({ effects }: Pick<Plan.Step["units"][number]["statements"][number], "effects">) =>
  effects === undefined || effects.length === 0 ? null : (
    <div className="scroll">
      <table>
        <Columns names={["Key", "Now", "Then"]} />
        <tbody>
          {effects.map(({ key, before, after }) => (
            <tr key={key}>
              <td className="mono">{key}</td>
              <td className="mono">{before ?? <span className="muted">not there</span>}</td>
              <td className="mono">{after ?? <span className="muted">not there</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
