import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Program, ProgramError } from "../../domain/Migration.ts"
import type { Step } from "../../domain/Plan.ts"
import { type Parameter, Session, SessionError } from "../../domain/Session.ts"
import * as Script from "../../domain/sql/Script.ts"
import type { Work } from "../../ports/Connections.ts"
import * as Fault from "./Fault.ts"
import * as Guard from "./Guard.ts"
import type { Live } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Report from "./Report.ts"
import * as Settle from "./Settle.ts"
import type { Progress } from "./Transaction.ts"
import type { Wire } from "./Wire.ts"

/** The change of a step that is a program; the planner gives `program` steps only to those. */
const programOf = ({ step, migration }: Work): Program | undefined => {
  const change = step.direction === "up" ? migration.up : migration.down
  return change?._tag === "Program" ? change : undefined
}

/** Runs a migration program in the step's own transaction, with its ledger row. */
export const run = (live: Live, work: Work) =>
  Effect.gen(function* () {
    const { step } = work
    const began = yield* Clock.currentTimeMillis
    const wire = yield* live.wire
    const record =
      step.direction === "up" ? live.ledger.insertApplied(step, live.context) : live.ledger.remove(step)
    const outcome = yield* wire
      .send(`${Message.open(step, true)}${Message.patient()}`)
      .pipe(
        Effect.zipRight(execute(live, wire, work)),
        Effect.zipRight(
          wire.send(
            `${Message.block(Guard.keep(live.place))}${Message.ourselves}${record};COMMIT;${Message.reset}`
          )
        ),
        Effect.either
      )
    const durationMs = (yield* Clock.currentTimeMillis) - began
    const done: Progress = {
      outcomes: [{ _tag: "Applied", step, durationMs }],
      rest: [],
      attempts: 0,
      durationMs
    }
    if (outcome._tag === "Right") return done
    const settled = yield* Settle.settle(live, [work], outcome.left)
    if (settled.rest.length === 0) return done
    const failed = Report.failed(step, outcome.left, {
      aftermath: Report.nothingLeft,
      attempts: 1,
      durationMs
    })
    return { ...done, outcomes: [failed] }
  })

/** The program over the live session; whatever it fails with becomes the fault of its step. */
export const execute = (live: Live, wire: Wire, work: Work): Effect.Effect<void, Fault.Fault> => {
  const program = programOf(work)
  if (program === undefined) return Effect.void
  const faults: Array<Fault.Fault> = []
  const line = Effect.unsafeMakeSemaphore(1)
  let over = false
  const ask = (statement: string, parameters: ReadonlyArray<Parameter> = []) =>
    permitted(statement).pipe(
      Effect.zipRight(
        Effect.suspend(() => (over ? Effect.fail(cancelled) : wire.ask(statement, parameters)))
      ),
      Effect.mapError(fault => {
        if (fault._tag === "SessionError") return fault
        faults.push(fault)
        return sessionError(statement, fault)
      }),
      Effect.uninterruptible,
      line.withPermits(1)
    )
  // A statement in flight is cancelled by the server; what the program does beside it is cancelled here.
  const close = Effect.sync(() => {
    over = true
  })
  const cut = Deferred.await(live.cancelled).pipe(
    Effect.zipRight(line.withPermits(1)(close)),
    Effect.zipRight(Effect.suspend(() => Effect.fail(faults[0] ?? cancelled)))
  )
  return program.run.pipe(
    Effect.provideService(Session, {
      schema: work.step.schema,
      execute: (statement, parameters) => Effect.asVoid(ask(statement, parameters)),
      query: ask
    }),
    Effect.mapError(error => outcomeOf(work.step, error, faults)),
    Effect.zipRight(
      Effect.suspend(() => (faults[0] === undefined ? Effect.void : Effect.fail(passedOver(faults[0]))))
    ),
    // Whoever runs a step lets it end: only here it may be left in the middle.
    Effect.interruptible,
    Effect.raceFirst(Effect.interruptible(cut))
  )
}

const outcomeOf = (step: Step, error: ProgramError, [first, ...later]: ReadonlyArray<Fault.Fault>) => {
  // The program may carry its own copy of the error's class: compared by tag.
  if (first === undefined || !("_tag" in error && error._tag === "SessionError"))
    return faultOf(step, error.message)
  return later.length === 0 ? first : passedOver(first)
}

/** What the server says of a statement that it cancelled. */
const cancelled = Fault.refusal({ code: "57014", reason: "canceling the program due to user request" })

/** There is no savepoint to go back to: after the first refusal the server takes back all of the transaction. */
const passedOver = (fault: Fault.Fault): Fault.Fault =>
  fault._tag === "Lost" ? fault : new Fault.Refused({ ...fault, hint: fault.hint ?? useless })

const useless =
  "the program went on, but its transaction was lost with this error: ask before, or say IF EXISTS"

/** What would end the step's transaction in mid-program is refused before it is sent. */
const permitted = (statement: string): Effect.Effect<void, SessionError> => {
  const [problem] = Script.analyse(statement, "own").problems
  return problem === undefined
    ? Effect.void
    : Effect.fail(new SessionError({ reason: problem.reason, statement }))
}

const sessionError = (statement: string, fault: Fault.Fault): SessionError =>
  new SessionError({
    reason: fault.reason,
    statement,
    ...(fault.code === undefined ? {} : { code: fault.code }),
    ...(fault._tag === "Refused" && fault.detail !== undefined ? { detail: fault.detail } : {}),
    ...(fault._tag === "Refused" && fault.hint !== undefined ? { hint: fault.hint } : {})
  })

const faultOf = (step: Step, reason: string): Fault.Refused =>
  Fault.ours("BF006", `the program ${step.path} failed: ${reason}`)
