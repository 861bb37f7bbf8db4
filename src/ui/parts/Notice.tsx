import type { ReactNode } from "react"
import { Icon, type Name } from "./Icon.tsx"
import type { Tone } from "./Sign.tsx"

const icons: Readonly<Record<Tone, Name>> = {
  good: "check",
  bad: "cross",
  warn: "warning",
  info: "clock",
  odd: "question",
  calm: "list"
}

interface Props {
  readonly tone: Tone
  readonly title: string
  readonly children?: ReactNode
  /** What to do next. */
  readonly actions?: ReactNode
  /** Said at once to whoever hears the page. */
  readonly urgent?: boolean
}

/** Something that a person should know, and what to do about it. */
export const Notice = ({ tone, title, children, actions, urgent = false }: Props) => (
  <div className={`notice ${tone}`} role={urgent ? "alert" : undefined}>
    <Icon name={icons[tone]} />
    <div>
      <strong>{title}</strong>
      {children === undefined ? null : <div className="said">{children}</div>}
      {actions === undefined ? null : <div className="row">{actions}</div>}
    </div>
  </div>
)
