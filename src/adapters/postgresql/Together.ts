import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type pg from "pg"
import type { Step } from "../../domain/Plan.ts"
import type { RunContext, StepOutcome, Together, Work } from "../../ports/Connections.ts"
import * as Fault from "./Fault.ts"
import * as Guard from "./Guard.ts"
import * as Halt from "./Halt.ts"
import * as Ledger from "./Ledger.ts"
import { nameSession } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Settle from "./Settle.ts"
import * as Transaction from "./Transaction.ts"
import * as Wire from "./Wire.ts"

/** What one message is about. */
export interface Batch {
  readonly pool: pg.Pool
  readonly ledger: Ledger.Ledger
  readonly context: RunContext
  readonly work: ReadonlyArray<Work>
  readonly place: (schema: string) => Guard.Place
  /** Milliseconds to wait for a session of our own that was lost. */
  readonly wait: number
  /** What has to be there before anything is changed. */
  readonly prepare: (wire: Wire.Wire) => Effect.Effect<void, Fault.Fault>
  readonly halt: (key: string) => Together["halt"]
  readonly cancel: (pid: number) => Together["cancel"]
}

/** One session works on several schemas in one message, and has the lock of each from its first statement there. */
export const make = (batch: Batch): Together => {
  let pid: number | undefined
  const sent = Effect.gen(function* () {
    const wire = yield* Wire.acquire(batch.pool)
    yield* batch.prepare(wire)
    pid = wire.pid
    return yield* send(batch, wire)
  })
  return {
    run: Effect.scoped(sent).pipe(
      // Nothing was sent: whoever is asked next says why.
      Effect.catchAll(() => Effect.succeed([])),
      Effect.flatMap(outcomes => (outcomes === undefined ? afterwards(batch) : Effect.succeed(outcomes)))
    ),
    halt: batch.halt(haltKey(batch)),
    cancel: Effect.suspend(() => (pid === undefined ? Effect.void : batch.cancel(pid)))
  }
}

const haltKey = ({ work, place }: Batch): string => Halt.key(place(work[0]?.step.schema ?? ""))

/**
 * The server stops at the first error: of what it has not come to, nothing has happened. The last commit waits until
 * all of them are on disk. `undefined` when the connection is lost.
 */
const send = (batch: Batch, wire: Wire.Wire): Effect.Effect<ReadonlyArray<StepOutcome> | undefined> =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const answer = yield* Effect.either(wire.send(message(batch, wire.pid)))
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (answer._tag === "Right") return Transaction.succeeded(batch.work, answer.right, durationMs)
    if (answer.left._tag === "Lost") return undefined
    const results = yield* wire.send(`ROLLBACK;${Message.reset};${Guard.release};${question(batch)}`)
    return done(batch, results.at(-1), answer.left).map(Transaction.applied(durationMs / batch.work.length))
  }).pipe(Effect.orElseSucceed(() => undefined))

const message = (batch: Batch, pid: number): string => {
  const { work, place, context, ledger } = batch
  const halt = Halt.check(haltKey(batch))
  const steps = work.map((item, index) => {
    const at = place(item.step.schema)
    const first = index === 0 ? Message.sameSession(pid) : halt
    // Nobody has read the ledger under this lock yet.
    const entry = item.step.direction === "down" ? ledger.demand(item.step) : ""
    const guards = { before: `${first}${Guard.take(at)}${entry}`, after: Guard.keep(at) }
    return Transaction.text(batch, item, guards, index === work.length - 1)
  })
  return [Message.reset, nameSession(context), ...steps, Guard.release].join(";")
}

/** What was applied by a session that is lost, and given back to the pool: it may still work, and is waited for. */
const afterwards = (batch: Batch): Effect.Effect<ReadonlyArray<StepOutcome>> =>
  Effect.gen(function* () {
    const wire = yield* Wire.acquire(batch.pool)
    yield* Effect.addFinalizer(() => Effect.ignore(wire.send(Guard.release)))
    for (const schema of new Set(batch.work.map(({ step }) => step.schema)))
      yield* Guard.acquire(wire, batch.place(schema), batch.wait, () => Effect.void)
    const [found] = yield* wire.send(question(batch))
    return done(batch, found).map(Transaction.applied(0))
  }).pipe(
    Effect.scoped,
    Effect.retry({ while: Fault.isStale }),
    Effect.catchAll(error => Effect.succeed(batch.work.map(work => Settle.unanswered(work, error))))
  )

/**
 * The steps of which the ledger says that this run has done them. Rolled back in their order are those without an entry,
 * up to the one that had none before.
 */
const done = (
  { work }: Batch,
  answer: Wire.Result | undefined,
  refused?: Fault.Refused
): ReadonlyArray<Work> => {
  const isFound = Ledger.foundOf(answer)
  if (work[0]?.step.direction !== "down") return work.filter(({ step }) => isFound(step))
  const isAbsentBefore = (step: Step) =>
    refused?.code === Ledger.absent && refused.detail === Ledger.nameOf(step)
  const end = work.findIndex(({ step }) => isFound(step) || isAbsentBefore(step))
  return end === -1 ? work : work.slice(0, end)
}

const question = ({ ledger, work, context }: Batch): string => {
  const steps = work.map(({ step }) => step)
  return steps[0]?.direction === "down" ? ledger.present(steps) : ledger.applied(steps, context.runId)
}
