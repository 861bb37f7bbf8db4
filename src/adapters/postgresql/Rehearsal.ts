import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { StepOutcome, Work } from "../../ports/Connections.ts"
import type { Fault } from "./Fault.ts"
import type { Live } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Program from "./Program.ts"
import * as Report from "./Report.ts"
import type { Wire } from "./Wire.ts"

const aftermath = "it was a rehearsal: everything was taken back"

/** Executes one step inside the rehearsal's transaction. */
export const step = (live: Live, work: Work) =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    if (work.step.mode === "journal") {
      return {
        _tag: "Skipped",
        step: work.step,
        reason: "it runs outside a transaction, which cannot be taken back: not rehearsed"
      } satisfies StepOutcome
    }
    const wire = yield* live.wire
    const answer = yield* Effect.either(send(live, wire, work))
    const durationMs = (yield* Clock.currentTimeMillis) - began
    const outcome: StepOutcome =
      answer._tag === "Right"
        ? { _tag: "Applied", step: work.step, durationMs }
        : Report.failed(work.step, answer.left, { aftermath, attempts: 1, durationMs })
    return outcome
  })

/**
 * Deferred constraints would only be looked at by the commit that never comes. Behind the savepoint they are
 * deferred again, as they are when the next step begins.
 */
const constraints =
  "SAVEPOINT bfm_commit;SET CONSTRAINTS ALL IMMEDIATE;ROLLBACK TO SAVEPOINT bfm_commit;RELEASE SAVEPOINT bfm_commit;"

const send = (live: Live, wire: Wire, work: Work): Effect.Effect<void, Fault> => {
  const [unit] = work.step.units
  const change =
    work.step.mode === "program"
      ? Program.execute(live, wire, work)
      : unit === undefined
        ? Effect.void
        : wire.send(Message.body(unit, Message.sameSession(wire.pid), ""))
  return wire
    .send(`${Message.clean}${Message.prepare(work.step)}${Message.patient()}`)
    .pipe(
      Effect.zipRight(change),
      Effect.zipRight(wire.send(`${constraints}${Message.ourselves}`)),
      Effect.asVoid
    )
}
