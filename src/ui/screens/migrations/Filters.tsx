import { Link, useNavigate } from "@tanstack/react-router"
import { useEffect, useId, useState } from "react"
import { Choice } from "../../parts/Choice.tsx"
import { allStatuses, wordOf } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"
import * as Filter from "./Filter.ts"

interface Props {
  readonly entries: ReadonlyArray<Filter.Entry>
  /** Those that match but for their status. */
  readonly within: ReadonlyArray<Filter.Entry>
  readonly search: Filter.Filter
}

/** Narrows the list; all of it is in the address. */
export const Filters = ({ entries, within, search }: Props) => {
  const navigate = useNavigate({ from: "/migrations" })
  const set = (part: Filter.Filter) =>
    void navigate({ search: previous => ({ ...previous, ...part }), replace: true, resetScroll: false })
  const { connection, text, status, backend, schema, tag } = search
  const narrowed = [text, status, backend, schema, tag].some(part => part !== undefined)
  return (
    <div className="stack tight">
      <div className="filters">
        <TextFilter value={text ?? ""} onChange={value => set({ text: value === "" ? undefined : value })} />
        <Choice
          label="Backend"
          value={backend}
          values={Filter.values(entries, item => item.backend)}
          onChange={value => set({ backend: value })}
        />
        <Choice
          label="Schema"
          value={schema}
          values={Filter.values(entries, item => item.schema)}
          onChange={value => set({ schema: value })}
        />
        <Choice
          label="Tag"
          value={tag?.[0]}
          values={Filter.values(entries, item => item.tags)}
          onChange={value => set({ tag: value === undefined ? undefined : [value] })}
        />
        {narrowed ? (
          <Link to="/migrations" search={{ connection }} className="button quiet">
            Clear filters
          </Link>
        ) : null}
      </div>
      <Statuses counts={Filter.counts(within)} chosen={status} set={set} />
    </div>
  )
}

interface TextProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Typing is never slower than the list: the field has its own text, and takes that of the address when it changes. */
const TextFilter = ({ value, onChange }: TextProps) => {
  const id = useId()
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  return (
    <div className="field wide">
      <label htmlFor={id}>Text</label>
      <input
        id={id}
        type="search"
        className="input"
        placeholder="name, version, table, schema …"
        value={typed}
        onChange={event => {
          setTyped(event.target.value)
          onChange(event.target.value)
        }}
      />
    </div>
  )
}

interface StatusesProps {
  readonly counts: ReadonlyMap<string, number>
  readonly chosen: ReadonlyArray<string> | undefined
  readonly set: (part: Filter.Filter) => void
}

const Statuses = ({ counts, chosen, set }: StatusesProps) => {
  const toggle = (status: string) => {
    const next =
      chosen?.includes(status) === true
        ? chosen.filter(other => other !== status)
        : [...(chosen ?? []), status]
    set({ status: next.length === 0 ? undefined : next })
  }
  return (
    <fieldset className="row chips">
      <legend className="unseen">Status</legend>
      {allStatuses
        .filter(status => (counts.get(status) ?? 0) > 0 || chosen?.includes(status) === true)
        .map(status => (
          <button
            key={status}
            type="button"
            className="chip"
            aria-pressed={chosen?.includes(status) === true}
            onClick={() => toggle(status)}
          >
            {wordOf(status)} <span className="muted">{Text.number(counts.get(status) ?? 0)}</span>
          </button>
        ))}
    </fieldset>
  )
}
