import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { StepOutcome, Work } from "../../ports/Connections.ts"
import * as Blockers from "./Blockers.ts"
import * as Fault from "./Fault.ts"
import * as Guard from "./Guard.ts"
import * as Halt from "./Halt.ts"
import type { Live } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Report from "./Report.ts"
import * as Settle from "./Settle.ts"
import type { Result } from "./Wire.ts"

/** What became of some steps, and with which to go on; nothing left to do after a failure. */
export interface Progress {
  readonly outcomes: ReadonlyArray<StepOutcome>
  readonly rest: ReadonlyArray<Work>
  /** How often the first of `rest` has been tried. */
  readonly attempts: number
  readonly durationMs: number
}

/**
 * A step as one transaction: its statements and its ledger row commit together, or not at all. `before` and `after`
 * its statements comes PL/pgSQL of ours.
 */
export const text = (
  { ledger, context }: Pick<Live, "ledger" | "context">,
  { step }: Work,
  guards: { readonly before: string; readonly after: string },
  durable: boolean
): string => {
  const [unit] = step.units
  const record = step.direction === "up" ? ledger.insertApplied(step, context) : ledger.remove(step)
  const body = Message.body(unit, guards.before, guards.after)
  return `${Message.open(step, durable)}${body}${Message.ourselves}${record};COMMIT;${Message.reset}`
}

/** The transactions of several steps. One message has one session: it is looked at once. */
const message = (live: Live, batch: ReadonlyArray<Work>, pid: number): string => {
  const after = Guard.keep(live.place)
  const first = { before: Message.sameSession(pid), after }
  const later = { before: Halt.check(Halt.key(live.place)), after }
  return batch
    .map((work, index) => text(live, work, index === 0 ? first : later, index === batch.length - 1))
    .join(";")
}

/**
 * Runs several steps, each in its own transaction, in one message: the server stops reading it at the first
 * error, so that nothing behind a failed step runs. The last commit waits until all of them are on disk;
 * outcomes are told after that.
 */
export const run = (
  live: Live,
  batch: ReadonlyArray<Work>,
  attempts: number,
  retries: number,
  /** Nothing comes after these: the lock goes back with the same message. */
  last: boolean
) =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const wire = yield* live.wire
    const steps = message(live, batch, wire.pid)
    const sent = wire.send(last ? `${steps};${Guard.release}` : steps)
    const answer = yield* Effect.either(Blockers.watch(live.pool, wire.pid, sent))
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (answer._tag === "Right") {
      if (last) yield* live.left
      return { outcomes: succeeded(batch, answer.right.exit, durationMs), rest: [], attempts: 0, durationMs }
    }
    const { error, blockers } = answer.left
    const settled = yield* Settle.settle(live, batch, error)
    const outcomes = settled.done.map(applied(durationMs / batch.length))
    const [failing] = settled.rest
    if (failing === undefined) return { outcomes, rest: [], attempts: 0, durationMs }
    if (error.code === Halt.code) return { outcomes, rest: settled.rest, attempts: 0, durationMs }
    const tried = settled.done.length === 0 ? attempts + 1 : 1
    if (Fault.isContention(error) && tried <= retries) {
      yield* pause(tried)
      const reason = blockers === undefined ? error.reason : `${error.reason}; held by ${blockers}`
      const retried: StepOutcome = { _tag: "Retried", step: failing.step, attempt: tried, reason }
      return { outcomes: [...outcomes, retried], rest: settled.rest, attempts: tried, durationMs }
    }
    const failed = Report.failed(failing.step, error, {
      aftermath: Report.nothingLeft,
      attempts: tried,
      durationMs: durationMs / batch.length,
      blockedBy: blockers
    })
    return { outcomes: [...outcomes, failed], rest: [], attempts: 0, durationMs }
  })

/** Lets the traffic through that queued behind us before the lock is asked for again. */
export const pause = (tried: number) =>
  Effect.flatMap(Random.nextRange(0.5, 1.5), jitter =>
    Effect.sleep(Math.min(5_000, 200 * 2 ** (tried - 1)) * jitter)
  )

export const applied =
  (durationMs: number) =>
  ({ step }: Work): StepOutcome => ({ _tag: "Applied", step, durationMs: Math.max(0, durationMs) })

/** Each transaction answers with the server's clock when its ledger row is written: a step took as long as since the one before. */
export const succeeded = (
  batch: ReadonlyArray<Work>,
  results: ReadonlyArray<Result>,
  durationMs: number
): ReadonlyArray<StepOutcome> => {
  const clock = results.flatMap(({ rows }) => (typeof rows[0]?.["at"] === "number" ? [rows[0]["at"]] : []))
  const [first = 0] = clock
  const began = (clock.at(-1) ?? 0) - durationMs
  return batch.map((work, index) => {
    const [from, to] = [index === 0 ? Math.min(first, began) : clock[index - 1], clock[index]]
    return applied(from === undefined || to === undefined ? durationMs / batch.length : to - from)(work)
  })
}
