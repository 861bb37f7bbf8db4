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

/** How the figures are to be read. */
export const reading =
  "Medians; a ratio is the median of the ratios within each round. Targets are for 1000 migrations."

/** The same as a document: what a reader needs to judge the figures stands above them. */
export const document = (machine: string, rows: ReadonlyArray<Row>): string => {
  const cells = rows.map(({ what, figure, reference, ratio, target, met }) => [
    what.trim(),
    figure,
    reference,
    ratio?.toFixed(2) ?? "",
    target ?? "",
    met === undefined ? "" : met ? "met" : "not met"
  ])
  const lines = [
    ["what", "figure", "reference", "ratio", "target", ""],
    ["---", "--:", "--:", "--:", "--:", "---"]
  ]
  return `# Benchmarks

Written by \`npm run bench -- --write\`; run it where it matters to you.

${machine}.

${[...lines, ...cells].map(line => `| ${line.join(" | ")} |`).join("\n")}

${reading}
Each contestant makes the same changes in a fresh database on the same durable server, in turn with the others.
`
}
