import { Link, useNavigate } from "@tanstack/react-router"
import { type FormEvent, useId } from "react"
import type { PlanSearch } from "../../app/Search.ts"
import { Panel } from "../../parts/Panel.tsx"
import * as Form from "./Form.ts"

interface Props {
  readonly search: PlanSearch
  /** Whether the form says something else than the plan below it was made of. */
  readonly onEdited: (edited: boolean) => void
}

/** What is selected, and how it is to be carried out. All of it is in the address; the plan follows it. */
export const Options = ({ search, onEdited }: Props) => {
  const navigate = useNavigate({ from: "/plan" })
  const down = search.direction === "down"
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const written = Form.read(new FormData(event.currentTarget), down)
    void navigate({ search: previous => ({ ...previous, ...written }), replace: true })
  }
  const edit = (event: FormEvent<HTMLFormElement>) =>
    onEdited(Form.differs(Form.read(new FormData(event.currentTarget), down), search))
  return (
    <Panel title={down ? "What is rolled back" : "What is selected"}>
      <form id={Form.id} onSubmit={submit} onChange={edit} className="stack">
        <Selected search={search} />
        <div className="options">
          <Field
            name="schema"
            label="In these schemas"
            hint="names, patterns, or: all"
            value={search.schema?.join(", ")}
          />
          {down ? null : (
            <Field
              name="tag"
              label="With these tags"
              hint="key=value, all of them"
              value={search.tag?.join(", ")}
            />
          )}
          {down ? null : (
            <Field name="to" label="Up to version" hint="14 digits; empty: all" value={search.to} />
          )}
        </div>
        <details open={Form.tells(search)}>
          <summary>How it is carried out</summary>
          <div className="options">
            <Check name="alone" value="yes" on={search.alone === "yes"}>
              Without regard to dependencies
            </Check>
            {down ? (
              <Check name="cascade" value="yes" on={search.cascade === "yes"}>
                Roll back first what depends on it
              </Check>
            ) : (
              <Check name="late" value="refuse" on={search.late === "refuse"}>
                Refuse what is older than what is applied
              </Check>
            )}
            <Check name="failure" value="continue" on={search.failure === "continue"}>
              Other schemas go on after a failure
            </Check>
            <Field name="lanes" label="Schemas at the same time" hint="1 to 256" value={search.lanes} />
            <Field name="canary" label="Canary" hint="so many schemas first" value={search.canary} />
            <Field name="waves" label="Waves" hint="10,100,*" value={search.waves} />
            <Check name="pause" value="yes" on={search.pause === "yes"}>
              Pause after the canary and after each wave
            </Check>
            <Field name="lost" label="Failures at most" hint="5 or 1%" value={search.lost} />
            <Variables value={search.set} />
          </div>
        </details>
        <div className="row">
          <button type="submit" className="button">
            Plan
          </button>
        </div>
      </form>
    </Panel>
  )
}

const Selected = ({ search: { id, connection, version, direction } }: { readonly search: PlanSearch }) => {
  if (id === undefined)
    return (
      <p>
        Everything pending {connection === undefined ? "on all connections" : `on ${connection}`}
        {version === undefined ? "" : ` with version ${version}`}.
      </p>
    )
  return (
    <div className="row">
      <span>{direction === "down" ? "This migration:" : "These migrations:"}</span>
      {id.map(name => (
        <Link key={name} to="/migrations/$id" params={{ id: name }} className="tag">
          {name}
        </Link>
      ))}
    </div>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly value: string | undefined
}

const Field = ({ name, label, hint, value }: FieldProps) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} className="input" defaultValue={value ?? ""} placeholder={hint} />
    </div>
  )
}

const Variables = ({ value }: { readonly value: ReadonlyArray<string> | undefined }) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>Variables</label>
      <textarea
        id={id}
        name="set"
        className="input mono"
        rows={2}
        defaultValue={(value ?? []).join("\n")}
        placeholder="name=value, one a line"
      />
    </div>
  )
}

interface CheckProps {
  readonly name: string
  readonly value: string
  readonly on: boolean
  readonly children: string
}

const Check = ({ name, value, on, children }: CheckProps) => (
  <label className="check">
    <input type="checkbox" name={name} value={value} defaultChecked={on} />
    {children}
  </label>
)
