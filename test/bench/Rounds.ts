/** One run: wall time in milliseconds, and whatever else was counted. */
export interface Sample {
  readonly wall: number
  readonly [counted: string]: number | undefined
}

export type Samples = ReadonlyArray<Sample>

/**
 * Runs the contestants in turn (A B C, B C A, …), so that a machine that gets slower or faster is slower or
 * faster for all of them.
 */
export const inTurn = async (
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<Sample>>>
): Promise<Readonly<Record<string, Samples>>> => {
  const names = Object.keys(contestants)
  const samples: Record<string, Array<Sample>> = {}
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] ?? ""
      const sample = await contestants[name]?.()
      if (sample !== undefined) samples[name] = [...(samples[name] ?? []), sample]
    }
  }
  return samples
}

export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Median of one count. */
export const of = (samples: Samples, count = "wall"): number =>
  median(samples.flatMap(sample => sample[count] ?? []))

/** Median over the rounds of the ratio within a round: both ran under the same weather. */
export const ratio = (samples: Samples, reference: Samples, count = "wall"): number =>
  median(
    samples.map((sample, round) => (sample[count] ?? Number.NaN) / (reference[round]?.[count] ?? Number.NaN))
  )
