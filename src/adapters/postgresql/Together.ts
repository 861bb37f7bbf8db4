import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type pg from "pg"
import type { RunContext, StepOutcome, Together, Work } from "../../ports/Connections.ts"
import type * as Fault from "./Fault.ts"
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
export const make = (batch: Batch): Effect.Effect<Together, Fault.Fault, Scope.Scope> =>
  Wire.acquire(batch.pool).pipe(
    Effect.tap(batch.prepare),
    Effect.map(wire => ({
      run: run(batch, wire),
      halt: batch.halt(haltKey(batch)),
      cancel: batch.cancel(wire.pid)
    }))
  )

const haltKey = ({ work, place }: Batch): string => Halt.key(place(work[0]?.step.schema ?? ""))

/**
 * The server stops at the first error: of what it has not come to, nothing has happened. The last commit waits until
 * all of them are on disk.
 */
const run = (batch: Batch, wire: Wire.Wire): Effect.Effect<ReadonlyArray<StepOutcome>> =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const answer = yield* Effect.either(wire.send(message(batch, wire.pid)))
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (answer._tag === "Right") return Transaction.succeeded(batch.work, answer.right, durationMs)
    const isApplied = yield* answer.left._tag === "Lost" ? afterwards(batch) : cleaned(batch, wire)
    const each = durationMs / batch.work.length
    return batch.work.filter(({ step }) => isApplied(step)).map(Transaction.applied(each))
  }).pipe(Effect.catchAll(error => Effect.succeed(batch.work.map(work => Settle.unanswered(work, error)))))

const message = (batch: Batch, pid: number): string => {
  const { work, place, context } = batch
  const halt = Halt.check(haltKey(batch))
  const steps = work.map((item, index) => {
    const at = place(item.step.schema)
    const first = index === 0 ? Message.sameSession(pid) : halt
    const guards = { before: `${first}${Guard.take(at)}`, after: Guard.keep(at) }
    return Transaction.text(batch, item, guards, index === work.length - 1)
  })
  return [Message.reset, nameSession(context), ...steps, Guard.release].join(";")
}

/** What was applied before the error; the session is as good as new then. */
const cleaned = (batch: Batch, wire: Wire.Wire) =>
  wire.send(`ROLLBACK;${Message.reset};${Guard.release};${question(batch)}`).pipe(
    Effect.map(results => Ledger.appliedOf(results.at(-1))),
    Effect.catchTag("Lost", () => afterwards(batch))
  )

/** What was applied by a session that is lost: it may still work, and is waited for. */
const afterwards = (batch: Batch) =>
  Effect.scoped(
    Effect.gen(function* () {
      const wire = yield* Wire.acquire(batch.pool)
      yield* Effect.addFinalizer(() => Effect.ignore(wire.send(Guard.release)))
      for (const schema of new Set(batch.work.map(({ step }) => step.schema)))
        yield* Guard.acquire(wire, batch.place(schema), batch.wait, () => Effect.void)
      const [found] = yield* wire.send(question(batch))
      return Ledger.appliedOf(found)
    })
  )

const question = ({ ledger, work, context }: Batch): string =>
  ledger.applied(
    work.map(({ step }) => step),
    context.runId
  )
