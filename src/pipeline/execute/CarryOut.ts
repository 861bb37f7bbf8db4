import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Signals } from "../../ports/Signals.ts"
import * as Alone from "./Alone.ts"
import * as Execute from "./Execute.ts"
import type { Order, Tell } from "./Ongoing.ts"
import * as Pulse from "./Pulse.ts"
import type { Recorder } from "./Recorder.ts"
import type { Identity } from "./Run.ts"
import type { RunRecord } from "./RunRecord.ts"
import * as Waiting from "./Waiting.ts"

/** A run that has steps, with what is remembered of it. */
export interface Course {
  readonly order: Order
  /** Nothing of a rehearsal. */
  readonly record: RunRecord | undefined
  readonly recorder: Recorder
  /** Of a run that was announced: whoever announced it gives its signs of life and says why it came to nothing. */
  readonly identity: Pick<Identity, "goesOn"> | undefined
}

/** Takes the locks and executes; says in which state the run ended. What it told is on its way to the state then. */
export const of = Effect.fnUntraced(function* (course: Course, announce: Tell) {
  const { order, record, recorder, identity } = course
  const opened = record?.open ?? Effect.void
  const leaving = Effect.suspend(
    () => identity?.goesOn?.({ state: "cancelled", failures: [] }) ?? Effect.succeed(false)
  )
  const tell: Tell = events => {
    // Whoever waits for a lock is to be seen.
    if (events.some(({ _tag }) => _tag === "LockWaiting")) return Effect.zipRight(opened, announce(events))
    const here = events.filter(event => event._tag !== "StepNotRun" || event.reason !== Alone.stopped)
    if (here.length === events.length) return announce(events)
    // The rest runs elsewhere.
    return Effect.flatMap(leaving, isLeaving => announce(isLeaving ? here : events))
  }
  const run = Effect.gen(function* () {
    const locked = yield* Waiting.unlessStopped(Execute.locks(order, tell))
    yield* opened
    yield* tell([{ _tag: "RunStarted", run_id: order.runId, total: order.plan.steps.length }])
    if (Option.isSome(locked)) return yield* Execute.execute(order, tell)
    return yield* notBegun(order, tell)
  })
  const working = identity === undefined && record !== undefined ? alive(order.runId, run) : run
  const end = (last: (found: RunRecord) => Effect.Effect<void>) =>
    record?.isOpen() === true ? Effect.zipRight(last(record), recorder.flush) : Effect.void
  return yield* working.pipe(
    Effect.tapError(error =>
      Effect.suspend(() => end(found => (identity === undefined ? found.refuse(error) : Effect.void)))
    ),
    Effect.onInterrupt(() =>
      end(found =>
        found.tell([{ _tag: "RunFinished", run_id: order.runId, state: "interrupted", duration_ms: 0 }])
      )
    )
  )
})

/** Told to end while it waited for its locks. */
const notBegun = ({ plan }: Order, tell: Tell) =>
  Effect.as(
    tell(plan.steps.map(({ id, position }) => ({ _tag: "StepNotRun", id, position, reason: Alone.stopped }))),
    "cancelled" as const
  )

/** With signs of life; told to end when somebody wants that, wherever. */
const alive = <A, E, R>(runId: string, run: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { stop, abort } = yield* Signals
    const halted = yield* Deferred.make<void>()
    const cut = yield* Deferred.make<void>()
    const halt = Deferred.succeed(halted, undefined)
    const told = { stop: halt, abort: Effect.zipRight(halt, Deferred.succeed(cut, undefined)), lost: halt }
    const pulse = yield* Effect.forkScoped(Pulse.beat(runId, 0, told))
    return yield* run.pipe(
      Effect.provideService(Signals, {
        stop: Effect.raceFirst(stop, Deferred.await(halted)),
        abort: Effect.raceFirst(abort, Deferred.await(cut))
      }),
      // It must not be heard of after its end.
      Effect.ensuring(Fiber.interrupt(pulse))
    )
  })
