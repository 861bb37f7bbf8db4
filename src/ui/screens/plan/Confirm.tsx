import type { Plan } from "bfm/client"
import { type FormEvent, useState } from "react"
import { Dialog } from "../../parts/Dialog.tsx"
import * as Text from "../../parts/Text.ts"

interface Props {
  readonly open: boolean
  readonly plan: Plan.Plan
  /** What has to be typed. */
  readonly word: string
  readonly verb: string
  readonly onClose: () => void
  readonly onAgreed: () => void
}

/** What cannot be undone is typed, not clicked. */
export const Confirm = ({ open, plan, word, verb, onClose, onAgreed }: Props) => {
  const [typed, setTyped] = useState("")
  const close = () => {
    setTyped("")
    onClose()
  }
  const agree = (event: FormEvent) => {
    event.preventDefault()
    if (typed !== word) return
    close()
    onAgreed()
  }
  const lossy = plan.steps.filter(({ destructive }) => destructive)
  return (
    <Dialog open={open} title={`${verb} ${Text.count(plan.steps.length, "step")}?`} onClose={close}>
      <form className="stack" onSubmit={agree}>
        <p>{warning(plan)}</p>
        {lossy.length === 0 ? null : (
          <ul className="warnings">
            {lossy.slice(0, 5).map(({ id, warnings }) => (
              <li key={id}>
                {id}
                {warnings.length === 0 ? "" : `: ${warnings.join(" ")}`}
              </li>
            ))}
          </ul>
        )}
        <div className="field">
          <label htmlFor="agreed">
            Type <strong>{word}</strong> to go on
          </label>
          <input
            id="agreed"
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={event => setTyped(event.target.value)}
          />
        </div>
        <div className="row">
          <button type="submit" className="button danger" disabled={typed !== word}>
            {verb}
          </button>
          <button type="button" className="button" onClick={close}>
            Do nothing
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const places = ({ steps }: Plan.Plan): string => {
  const found = [...new Set(steps.map(({ connection, schema }) => Text.place(connection, schema)))]
  return found.length <= 3 ? found.join(", ") : `${found.slice(0, 3).join(", ")} and ${found.length - 3} more`
}

const warning = (plan: Plan.Plan): string =>
  plan.direction === "down"
    ? `This takes applied changes back on ${places(plan)}. Data that they hold may be lost.`
    : `This plan has statements on ${places(plan)} that lose something which rolling back does not bring back.`
