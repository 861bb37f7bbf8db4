interface Props {
  readonly names: ReadonlyArray<string>
  /** Those of them under which figures stand. */
  readonly figures?: ReadonlyArray<string>
  /** The last column has buttons: its name is for screen readers only. */
  readonly actions?: boolean
}

/** The head of a table. */
export const Columns = ({ names, figures = [], actions = false }: Props) => (
  <thead>
    <tr>
      {names.map(name => (
        <th key={name} scope="col" className={figures.includes(name) ? "number" : undefined}>
          {name}
        </th>
      ))}
      {actions ? (
        <th scope="col">
          <span className="unseen">What can be done</span>
        </th>
      ) : null}
    </tr>
  </thead>
)
