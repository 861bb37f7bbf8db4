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
    const answer = yield* Effect.either(send(wire, work))
    const durationMs = (yield* Clock.currentTimeMillis) - began
    const outcome: StepOutcome =
      answer._tag === "Right"
        ? { _tag: "Applied", step: work.step, durationMs }
        : Report.failed(work.step, answer.left, { aftermath, attempts: 1, durationMs })
    return outcome
  })

const send = (wire: Wire, work: Work): Effect.Effect<void, Fault> => {
  const [unit] = work.step.units
  const prepared = wire.send(Message.prepare(work.step))
  if (work.step.mode === "program") {
    return prepared.pipe(
      Effect.zipRight(Program.execute(wire, work)),
      Effect.zipRight(wire.send(Message.ourselves)),
      Effect.asVoid
    )
  }
  const body = unit === undefined ? "" : Message.body(unit, Message.sameSession(wire.pid), "")
  // Deferred constraints would only be looked at by the commit that never comes.
  return Effect.asVoid(
    Effect.zipRight(prepared, wire.send(`${body}SET CONSTRAINTS ALL IMMEDIATE;${Message.ourselves}`))
  )
}
