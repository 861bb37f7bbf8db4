import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { sourceOf } from "./Source.ts"

/** What an address may do now. */
export interface Attempts {
  /** Milliseconds until the next attempt of this address is looked at; 0 when it is looked at now. */
  readonly blockedFor: (address: string) => Effect.Effect<number>
  /** Counts a failure; how long its answer is to be held back, in milliseconds. */
  readonly failed: (address: string) => Effect.Effect<number>
  /** A token that was right: it is let through while its address is blocked for the failures of others. */
  readonly succeeded: (address: string, token: string) => Effect.Effect<void>
  readonly isTrusted: (address: string, token: string) => Effect.Effect<boolean>
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

/** Failures by address, in a table that cannot grow without bound. */
export const make = (): Attempts => {
  const failures = new Map<string, Record>()
  const successes = new Map<string, number>()
  const recall = (address: string, now: number): Record => {
    const found = failures.get(sourceOf(address)) ?? none
    return now - found.at > memory ? none : found
  }
  return {
    blockedFor: address =>
      Effect.map(Clock.currentTimeMillis, now => Math.max(0, recall(address, now).blockedUntil - now)),
    failed: address =>
      Effect.map(Clock.currentTimeMillis, now => {
        const before = recall(address, now)
        const count = before.failures + 1
        remember(failures, sourceOf(address), {
          failures: count,
          at: now,
          blockedUntil: count < limit ? 0 : now + doubled(firstBlock, longestBlock, count - limit)
        })
        return count < patience ? 0 : doubled(firstDelay, longestDelay, count - patience)
      }),
    succeeded: (address, token) =>
      Effect.map(Clock.currentTimeMillis, now => remember(successes, `${sourceOf(address)} ${token}`, now)),
    isTrusted: (address, token) =>
      Effect.map(
        Clock.currentTimeMillis,
        now => now - (successes.get(`${sourceOf(address)} ${token}`) ?? -memory) < memory
      )
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
