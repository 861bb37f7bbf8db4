import { type ReactNode, useId } from "react"

interface Props {
  readonly title: string
  readonly end?: ReactNode
  /** Tables reach to the edge; anything else keeps away from it. */
  readonly flush?: boolean
  readonly children: ReactNode
}

/** A part of a screen under a heading. */
export const Panel = ({ title, end, flush = false, children }: Props) => {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {end}
      </header>
      <div className={flush ? "flush" : "inside"}>{children}</div>
    </section>
  )
}
