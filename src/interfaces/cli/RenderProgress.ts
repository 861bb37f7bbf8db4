import * as Duration from "../../domain/Duration.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** A run as seen from outside at one moment. */
export interface Progress {
  readonly total: number
  readonly done: number
  readonly failed: number
  /** `20250101120000 create_users`; empty between steps. */
  readonly current: string
  /** How many steps run beside it. */
  readonly others: number
  /** Why it does not go on; empty when it does. */
  readonly waiting: string
  /** Milliseconds since the run began, and since the current step did. */
  readonly elapsed: number
  readonly stepElapsed: number
}

const barWidth = 20
/** From this many steps on a bar says more than the name alone. */
const many = 20

/** The one line that shows what is going on. */
export const line = (style: Style, progress: Progress): string => {
  const { total, done, failed, current, others, waiting, elapsed, stepElapsed } = progress
  if (waiting !== "") return Text.fit(style, `  … ${Text.clean(waiting)}`, style.width - 1)
  const step =
    current === ""
      ? ""
      : `${Text.clean(current)}${others === 0 ? "" : ` +${others}`}  ${Duration.render(stepElapsed)}`
  const counted = `${Text.number(Math.min(done + 1, total))} / ${Text.number(total)}`
  if (total < many) return Text.fit(style, `  ▸ ${counted}  ${step}`, style.width - 1)
  const filled = Math.floor((done / total) * barWidth)
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled)
  const parts = [
    bar,
    `${Text.number(done)} / ${Text.number(total)}`,
    rate(done, elapsed),
    left(total - done, done, elapsed)
  ]
  if (failed > 0) parts.push(`${Text.number(failed)} failed`)
  return Text.fit(style, `  ${[...parts, step].filter(part => part !== "").join("  ")}`, style.width - 1)
}

const rate = (done: number, elapsed: number): string =>
  elapsed < 1_000 || done === 0 ? "" : `${Text.number(Math.round((done * 1_000) / elapsed))}/s`

const left = (rest: number, done: number, elapsed: number): string => {
  if (elapsed < 1_000 || done === 0) return ""
  const seconds = Math.round((rest * elapsed) / done / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`
}
