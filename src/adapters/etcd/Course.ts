import { randomUUID } from "node:crypto"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { capabilities } from "../../domain/Backend.ts"
import * as Chunk from "../../domain/etcd/Chunk.ts"
import * as Operation from "../../domain/etcd/Operation.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Work } from "../../ports/Connections.ts"
import * as Journal from "../store/Journal.ts"
import * as Outcome from "../store/Outcome.ts"
import * as Apply from "./Apply.ts"
import * as Capture from "./Capture.ts"
import * as Fault from "./Fault.ts"
import * as Ledger from "./Ledger.ts"
import type { Live } from "./Live.ts"
import * as Replaced from "./Replaced.ts"

/** A transaction of the step that did not succeed, and what is left. */
export interface Stuck {
  readonly unit: number
  readonly fault: Fault.Fault
  readonly aftermath: string
}

/** The step's own transactions, in order; the ledger says with which to begin, and where it ended. */
export const follow = Effect.fn("Course.follow")(function* (
  live: Live,
  work: Work,
  isCancelled: () => boolean
) {
  const { step } = work
  const before = live.entries.get(step.migration_id)
  const begun = before?.stored.state === "running" && before.stored.direction === step.direction
  const done = begun ? before.stored.units_done : 0
  const obstacle = before === undefined ? undefined : changed(live, step, before.stored, done)
  if (obstacle !== undefined) return stuck(step, done, obstacle)
  for (let unit = done; unit < step.units.length; unit++) {
    const fault = isCancelled() ? cancelled : yield* transact(live, work, unit)
    if (fault !== undefined) return stuck(step, unit, fault)
  }
  if (step.direction === "down") {
    // What is left of it disturbs nobody, and is overwritten when the migration is applied again.
    yield* Effect.ignore(Capture.forget(live, { migrationId: step.migration_id, schema: live.schema }))
  }
  return undefined
})

const cancelled = new Fault.Refused({
  code: capabilities.etcd.calledOff,
  reason: "the run was cancelled"
})

/** What has happened may not be rewritten, nor taken back at another place. */
const changed = (live: Live, step: Step, stored: Ledger.Stored, done: number): Fault.Fault | undefined => {
  if (stored.prefix !== live.keys.prefix(step.schema)) {
    return Fault.ours(
      "BF016",
      `its keys were written below ${stored.prefix}, and now this connection's begin with ${live.keys.prefix(step.schema)}`,
      "set the prefix of the connection as it was"
    )
  }
  if (done === 0 || stored.done_hash === Journal.hash(step.units.slice(0, done))) return undefined
  return stored.chunker === Chunk.version
    ? Fault.ours(
        "BF003",
        `the first ${done} transactions of this migration are applied already and were edited since`,
        "restore them as they were; only what comes after may be changed"
      )
    : Fault.ours(
        "BF017",
        "it was begun by a version of BfM that cuts operations into other transactions",
        "let that version finish it"
      )
}

const stuck = (step: Step, unit: number, fault: Fault.Fault): Stuck => {
  const count = step.units.length
  const progress =
    unit === 0
      ? Outcome.nothingLeft
      : `${unit} of ${count} transactions are done and stay; the next run goes on with number ${unit + 1}`
  if (!(fault instanceof Unknown)) return { unit, fault, aftermath: progress }
  const which = count === 1 ? "it" : `number ${unit + 1} of ${count} transactions`
  const aftermath = `it is not known yet whether ${which} was applied; the ledger in etcd knows: bfm status`
  return { unit, fault, aftermath }
}

/** There was no answer to the transaction itself, to the end. */
class Unknown extends Fault.Lost {}

/** One transaction, with what it replaces. The fault, if it did not succeed. */
const transact = (live: Live, work: Work, unit: number): Effect.Effect<Fault.Fault | undefined> =>
  Effect.gen(function* () {
    const { step } = work
    const operations = operationsOf(step, unit)
    const attempt = randomUUID()
    const entry = yield* entryAfter(live, step, unit, attempt)
    const capture =
      step.direction === "up"
        ? yield* Capture.begin(
            live,
            work,
            unit,
            attempt,
            Replaced.targets(live.keys, live.schema, operations)
          )
        : undefined
    const landed = yield* Apply.send(live, { migrationId: step.migration_id, operations, entry }).pipe(
      Effect.mapError(fault =>
        fault._tag === "Lost" ? new Unknown({ reason: fault.reason, code: fault.code }) : fault
      )
    )
    // It has happened, whatever comes now: an open doubt is settled by the next session.
    if (capture !== undefined) yield* Effect.ignore(Capture.confirm(live, capture, landed))
    return undefined
  }).pipe(Effect.catchAll(fault => Effect.succeed(fault)))

/** The plan holds what {@link Operation.encode} wrote. */
export const operationsOf = (step: Step, unit: number): ReadonlyArray<Operation.Operation> =>
  (step.units[unit]?.statements ?? []).map(({ text }) => Either.getOrThrowWith(Operation.decode(text), Error))

/** What the ledger says once this transaction is done; nothing after the last one that takes back. */
const entryAfter = Effect.fnUntraced(function* (live: Live, step: Step, unit: number, attempt: string) {
  const last = unit === step.units.length - 1
  const before = live.entries.get(step.migration_id)?.stored
  const progress = {
    units_done: unit + 1,
    done_hash: Journal.hash(step.units.slice(0, unit + 1)),
    chunker: Chunk.version,
    prefix: live.keys.prefix(step.schema),
    attempt
  }
  if (step.direction === "up") {
    const now = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
    const state = last ? ("applied" as const) : ("running" as const)
    return Ledger.of(step, live.context, { ...progress, state, applied_at: now })
  }
  if (last || before === undefined) return undefined
  return { ...before, ...progress, state: "running", direction: "down" } satisfies Ledger.Stored
})
