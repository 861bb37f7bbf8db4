/** What a source may do now. Sources are those of `sourceOf`; `now` is in milliseconds since the epoch. */
export interface Attempts {
  /** Milliseconds until the next attempt of this source is looked at; 0 when it is looked at now. */
  readonly blockedFor: (source: string, now: number) => number
  /** Counts a failure; how long its answer is to be held back, in milliseconds. */
  readonly failed: (source: string, now: number) => number
  /** A token that was right: it is let through while its source is blocked for the failures of others. */
  readonly succeeded: (source: string, token: string, now: number) => void
  readonly isTrusted: (source: string, token: string, now: number) => boolean
}

/** Answers are held back from this failure on, each twice as long as the one before. */
export const patience = 5
/** From this one on attempts are not looked at for a while, each time for twice as long. */
export const limit = 10

const firstDelay = 100
const longestDelay = 2_000
const firstBlock = 1_000
const longestBlock = 60_000
/** Failures and successes are forgotten when nothing was heard for so long. */
const memory = 15 * 60_000
/** Addresses that are remembered; the one that was heard of longest ago goes first. */
const capacity = 10_000

interface Record {
  readonly failures: number
  readonly at: number
  readonly blockedUntil: number
}

const none: Record = { failures: 0, at: 0, blockedUntil: 0 }

/** Failures by source, in a table that cannot grow without bound. */
export const make = (): Attempts => {
  const failures = new Map<string, Record>()
  const successes = new Map<string, number>()
  const recall = (source: string, now: number): Record => {
    const found = failures.get(source) ?? none
    return now - found.at > memory ? none : found
  }
  return {
    blockedFor: (source, now) => Math.max(0, recall(source, now).blockedUntil - now),
    failed: (source, now) => {
      const count = recall(source, now).failures + 1
      remember(failures, source, {
        failures: count,
        at: now,
        blockedUntil: count < limit ? 0 : now + doubled(firstBlock, longestBlock, count - limit)
      })
      return count < patience ? 0 : doubled(firstDelay, longestDelay, count - patience)
    },
    succeeded: (source, token, now) => remember(successes, `${source} ${token}`, now),
    isTrusted: (source, token, now) => now - (successes.get(`${source} ${token}`) ?? -memory) < memory
  }
}

const doubled = (first: number, longest: number, times: number): number =>
  Math.min(longest, first * 2 ** Math.min(times, 20))

const remember = <A>(table: Map<string, A>, key: string, value: A): void => {
  table.delete(key)
  table.set(key, value)
  if (table.size <= capacity) return
  const [oldest] = table.keys()
  if (oldest !== undefined) table.delete(oldest)
}
