import { type ReactNode, useEffect, useRef } from "react"

interface Props {
  readonly title: string
  /** In the tab's title; the same as `title` when left out. */
  readonly short?: string
  readonly beside?: ReactNode
  readonly children?: ReactNode
}

/** Whether a screen was shown before this one: the first one does not take the focus. */
let later = false

/** The heading of a screen: whoever hears the page, hears it when the screen changes. */
export const Heading = ({ title, short = title, beside, children }: Props) => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${short} · BfM`
  }, [short])
  useEffect(() => {
    if (later) heading.current?.focus({ preventScroll: true })
    later = true
  }, [])
  return (
    <div className="heading">
      <div className="row">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {beside}
      </div>
      {children === undefined ? null : <div className="row">{children}</div>}
    </div>
  )
}
