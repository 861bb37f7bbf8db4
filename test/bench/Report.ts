import Table from "cli-table3"
import * as Rounds from "./Rounds.ts"

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly figure: string
  readonly reference: string
  readonly ratio?: number
  /** What was promised, as a sentence of the table; absent where nothing was. */
  readonly target?: string
  readonly met?: boolean
}

export const seconds = (milliseconds: number): string =>
  milliseconds >= 1_000 ? `${(milliseconds / 1_000).toFixed(2)} s` : `${milliseconds.toFixed(0)} ms`

export const megabytes = (kilobytes: number): string => `${(kilobytes / 1_024).toFixed(0)} MB`

/** A contest against a reference, with or without a promise. */
export const against = (
  what: string,
  samples: Rounds.Samples,
  [name, reference]: readonly [name: string, reference: Rounds.Samples],
  limit?: number,
  count = "wall"
): Row => {
  const ratio = Rounds.ratio(samples, reference, count)
  return {
    what,
    figure: seconds(Rounds.of(samples, count)),
    reference: `${name} ${seconds(Rounds.of(reference, count))}`,
    ratio,
    ...(limit === undefined ? {} : { target: `≤ ${limit.toFixed(1)}`, met: ratio <= limit })
  }
}

/** A line that only informs. */
export const plain = (what: string, figure: string, reference = ""): Row => ({ what, figure, reference })

export const render = (rows: ReadonlyArray<Row>): string => {
  const table = new Table({
    head: ["What", "Figure", "Reference", "Ratio", "Target", ""],
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { head: [], border: [] }
  })
  for (const { what, figure, reference, ratio, target, met } of rows) {
    const verdict = met === undefined ? "" : met ? "met" : "not met"
    table.push([what, figure, reference, ratio === undefined ? "" : ratio.toFixed(2), target ?? "", verdict])
  }
  return table.toString()
}
