import type { ReactNode } from "react"
import { Icon, type Name } from "./Icon.tsx"

interface Props {
  readonly icon: Name
  readonly title: string
  /** What to do. */
  readonly children: ReactNode
}

/** Where there is nothing, and what to do about it. */
export const Empty = ({ icon, title, children }: Props) => (
  <div className="empty">
    <Icon name={icon} />
    <h2>{title}</h2>
    {children}
  </div>
)
