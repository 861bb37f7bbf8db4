import { Dialog as Base } from "radix-ui"
import type { ReactNode } from "react"

interface Props {
  readonly open: boolean
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/**
 * A question in front of everything else. The backdrop is our own: that of the library writes style into the
 * document, which the policy of the page forbids.
 */
export const Dialog = ({ open, title, onClose, children }: Props) => (
  <Base.Root open={open} onOpenChange={next => (next ? undefined : onClose())}>
    <Base.Portal>
      <div className="backdrop" aria-hidden="true" />
      <Base.Content className="dialog" aria-describedby={undefined}>
        <Base.Title asChild>
          <h2>{title}</h2>
        </Base.Title>
        {children}
      </Base.Content>
    </Base.Portal>
  </Base.Root>
)
