import type * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { renderRequirement } from "../../domain/Dependency.ts"
import type { LockBusy } from "../../domain/Errors.ts"
import type { StepOutcome, StoreSession, Work } from "../../ports/Connections.ts"
import * as Batch from "./Batch.ts"
import * as Fault from "./Fault.ts"
import * as Journal from "./Journal.ts"
import type { Live } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Program from "./Program.ts"
import * as Rehearsal from "./Rehearsal.ts"
import * as Report from "./Report.ts"
import * as Requirements from "./Requirements.ts"
import * as Settle from "./Settle.ts"
import * as Transaction from "./Transaction.ts"

interface State {
  readonly rest: ReadonlyArray<Work>
  /** How many steps the next message may take. */
  readonly size: number
  readonly attempts: number
  /** Announced, and not yet run. */
  readonly announced: Announced | undefined
}

type Announced = Arr.NonEmptyReadonlyArray<Work>

type Pull = Option.Option<readonly [Chunk.Chunk<StepOutcome>, State]>

/** Exclusive access to one schema, over a guarded connection. */
export const make = (
  live: Live,
  entries: StoreSession["entries"],
  retries: number,
  told: Pick<StoreSession, "halt" | "cancel">
): StoreSession => ({
  entries,
  ...told,
  run: work =>
    Stream.unfoldChunkEffect<State, StepOutcome, never, never>(
      { rest: work, size: 1, attempts: 0, announced: undefined },
      state =>
        state.announced === undefined
          ? Effect.sync(() => announce(state))
          : advance(live, state, state.announced, retries)
    ),
  rehearse: work => rehearse(live, work)
})

/** Steps are told of before they are sent: a pull ends here, so that whoever listens knows what is under way. */
const announce = (state: State): Pull => {
  const batch = Batch.next(state.rest, state.size)
  if (batch === undefined) return Option.none()
  const started = batch.map(({ step }): StepOutcome => ({ _tag: "Started", step }))
  return Option.some([Chunk.fromIterable(started), { ...state, announced: batch }])
}

const advance = (live: Live, state: State, announced: Announced, retries: number): Effect.Effect<Pull> =>
  execute(live, announced, state.attempts, retries, state.rest.length === announced.length).pipe(
    Effect.catchAll(error =>
      Effect.succeed({
        outcomes: [Settle.unanswered(announced[0], error)],
        rest: [],
        attempts: 0,
        durationMs: 0
      })
    ),
    Effect.map(progress => {
      const failed = progress.outcomes.some(({ _tag }) => _tag === "Failed")
      const later = state.rest.slice(announced.length)
      const next: State = {
        rest: failed ? [] : [...progress.rest, ...later],
        size: Batch.grow(state.size, progress.durationMs),
        attempts: progress.attempts,
        announced: undefined
      }
      return Option.some([Chunk.fromIterable(progress.outcomes), next])
    })
  )

const execute = (
  live: Live,
  announced: Announced,
  attempts: number,
  retries: number,
  last: boolean
): Effect.Effect<Transaction.Progress, Fault.Fault | LockBusy> =>
  Effect.gen(function* () {
    const first = announced[0]
    const unmet = yield* Requirements.unmet(live, first.step)
    if (unmet.length > 0) {
      const reason = `bfm-requires: ${unmet.map(renderRequirement).join(", ")} not found`
      const fault = Fault.ours("BF007", reason, "apply what creates it first, or take the directive out")
      const outcome = Report.failed(first.step, fault, {
        aftermath: Report.nothingLeft,
        attempts: 1,
        durationMs: 0
      })
      return { outcomes: [outcome], rest: [], attempts: 0, durationMs: 0 }
    }
    switch (first.step.mode) {
      case "transaction":
        return yield* Transaction.run(live, announced, attempts, retries, last)
      case "program":
        return yield* Program.run(live, first)
      case "journal":
        return {
          outcomes: [yield* Journal.run(live, first, retries)],
          rest: [],
          attempts: 0,
          durationMs: Number.POSITIVE_INFINITY
        }
    }
  })

const rehearse = (live: Live, work: ReadonlyArray<Work>): Stream.Stream<StepOutcome> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      yield* Effect.acquireRelease(
        Effect.flatMap(live.wire, wire => wire.send("BEGIN")),
        () => Effect.ignore(Effect.flatMap(live.wire, wire => wire.send(`ROLLBACK;${Message.reset}`)))
      )
      return Stream.fromIterable(work).pipe(
        Stream.mapEffect(item => Rehearsal.step(live, item)),
        Stream.takeUntil(outcome => outcome._tag === "Failed")
      )
    })
  ).pipe(
    Stream.catchAll(error =>
      Stream.fromIterable(work.slice(0, 1).map(item => Settle.unanswered(item, error)))
    )
  )
