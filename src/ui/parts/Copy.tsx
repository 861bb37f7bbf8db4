import { useState } from "react"
import { Icon } from "./Icon.tsx"

/** Milliseconds that it says that it is done. */
const shown = 1_600

/** Copies a text. */
export const Copy = ({ text, what }: { readonly text: string; readonly what: string }) => {
  const [done, setDone] = useState(false)
  const copy = () =>
    navigator.clipboard.writeText(text).then(() => {
      setDone(true)
      setTimeout(() => setDone(false), shown)
    })
  return (
    <button type="button" className="button quiet" onClick={() => void copy()} aria-label={`Copy ${what}`}>
      <Icon name={done ? "check" : "copy"} />
      <span className="word" aria-live="polite">
        {done ? "Copied" : "Copy"}
      </span>
    </button>
  )
}
