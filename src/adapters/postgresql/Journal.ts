import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { LockBusy } from "../../domain/Errors.ts"
import type { Unit } from "../../domain/Plan.ts"
import type { StepOutcome, Work } from "../../ports/Connections.ts"
import * as Journal from "../store/Journal.ts"
import { type Course, lost, mark, type Stuck } from "./Course.ts"
import * as Fault from "./Fault.ts"
import * as Guard from "./Guard.ts"
import type { Live } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Report from "./Report.ts"
import * as Standalone from "./Standalone.ts"
import * as Transaction from "./Transaction.ts"

/**
 * Runs a step whose statements stand outside a common transaction. Each unit is journalled in the ledger:
 * an atomic one together with its mark, any other between two marks. After a crash the journal says where to
 * go on, and the catalog whether the unit that was under way has landed.
 */
export const run = (
  live: Live,
  { step }: Work,
  retries: number
): Effect.Effect<StepOutcome, Fault.Fault | LockBusy> =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const wire = yield* live.wire
    const entry = (yield* live.entries).find(({ migrationId }) => migrationId === step.migration_id)
    const course = { live, wire, step, retries }
    const stuck = yield* Journal.follow(step, entry, {
      begin: wire.send(`BEGIN;${Message.createSchema(step)}${live.ledger.begin(step, live.context)};COMMIT`),
      unit: (unit, index, doubt) =>
        unit.atomic ? atomic(course, unit, index) : Standalone.run(course, unit, index, doubt),
      finish: wire.send(step.direction === "up" ? live.ledger.finish(step) : live.ledger.remove(step)),
      refuse: Fault.refusal
    })
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (stuck === undefined) return { _tag: "Applied", step, durationMs }
    const { fault, aftermath, unit } = stuck
    return Report.failed(step, fault, { aftermath, attempts: 1, durationMs, unit })
  })

/** One transaction with its mark: no doubt can remain, and what could not get a lock is simply tried again. */
const atomic = Effect.fnUntraced(function* (course: Course, unit: Unit, index: number) {
  const { live, wire, step, retries } = course
  const text = `${Message.open(step, true)}${Message.body(unit, Message.sameSession(wire.pid), Guard.keep(live.place))}${Message.ourselves}${mark(course, index + 1)};COMMIT;${Message.reset}`
  for (let tried = 1; ; tried++) {
    const answer = yield* Effect.either(wire.send(text))
    if (answer._tag === "Right") return undefined
    if (answer.left._tag === "Lost") return yield* lost(course, index, answer.left)
    yield* wire.send(`ROLLBACK;${Message.reset}`)
    if (!Fault.isContention(answer.left) || tried > retries) {
      return { unit: index, fault: answer.left, aftermath: Journal.progress(step, index) } satisfies Stuck
    }
    yield* Transaction.pause(tried)
  }
})
