import { useId } from "react"

interface Props {
  readonly label: string
  readonly value: string | undefined
  readonly values: ReadonlyArray<string>
  /** What each is called; as it is written when left out. */
  readonly wordOf?: (value: string) => string
  readonly onChange: (value: string | undefined) => void
}

/** One of several, or any. What is chosen is shown also where it is not there any more. */
export const Choice = ({ label, value, values, wordOf = name => name, onChange }: Props) => {
  const id = useId()
  const known = value === undefined || values.includes(value) ? values : [value, ...values]
  return known.length === 0 ? null : (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value ?? ""}
        onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
      >
        <option value="">Any</option>
        {known.map(name => (
          <option key={name} value={name}>
            {wordOf(name)}
          </option>
        ))}
      </select>
    </div>
  )
}
