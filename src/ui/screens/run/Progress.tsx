import type { Run } from "bfm/client"
import * as Text from "../../parts/Text.ts"
import type { StepState } from "./Course.ts"

interface Props {
  readonly run: Run.Run
  readonly counts: Readonly<Record<StepState, number>>
}

/** How much of it is done. */
export const Progress = ({ run, counts }: Props) => {
  const heard = Object.values(counts).reduce((sum, n) => sum + n, 0)
  const total = heard === 0 ? run.total : heard
  const done =
    heard === 0 ? run.succeeded + run.failed : heard - counts.waiting - counts.running - counts.stopped
  if (total === 0) return null
  const share = Math.round((done / total) * 100)
  const failed = heard === 0 ? run.failed : counts.failed
  const lost = Math.round((failed / total) * 100)
  const parts = [
    `${Text.number(done)} of ${Text.count(total, "step")}`,
    ...(failed > 0 ? [`${Text.number(failed)} failed`] : []),
    ...(counts.stopped > 0 ? [`${Text.number(counts.stopped)} not run`] : []),
    ...(counts.skipped > 0 ? [`${Text.number(counts.skipped)} done by somebody else`] : [])
  ]
  return (
    <div className="stack tight">
      <div
        className="bar"
        role="progressbar"
        aria-label="Done"
        aria-valuenow={share}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span style={{ width: `${share - lost}%` }} />
        <span className="lost" style={{ width: `${lost}%` }} />
      </div>
      <p role="status">{parts.join(" · ")}</p>
    </div>
  )
}
