import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import type { Step } from "../../domain/Plan.ts"
import { type Event, failing } from "../../domain/Run.ts"
import type { StepOutcome } from "../../ports/Connections.ts"
import type { Tell } from "./Ongoing.ts"

/**
 * What the ledger, read under the lock, says about a planned step that nobody needs to carry out any more. What this run
 * has done itself is no less its own because another process did it before it lost the run.
 */
export const alreadyDone = (
  entry: LedgerEntry | undefined,
  { id, position, direction }: Step,
  runId: string
): Event | undefined => {
  const skipped = (reason: string): Event => ({ _tag: "StepSkipped", id, position, reason })
  if (direction === "down")
    return entry === undefined ? skipped("rolled back by another run meanwhile") : undefined
  if (entry?.state !== "applied") return undefined
  return entry.runId === runId
    ? { _tag: "StepSucceeded", id, position, duration_ms: 0 }
    : skipped("applied by another run meanwhile")
}

/** An outcome of the store as everybody hears of it. */
export const toEvent = (outcome: StepOutcome): Event => {
  const { id, position } = outcome.step
  switch (outcome._tag) {
    case "Started":
      return { _tag: "StepStarted", id, position }
    case "Retried":
      return { _tag: "StepRetried", id, attempt: outcome.attempt, reason: outcome.reason }
    case "Applied":
      return { _tag: "StepSucceeded", id, position, duration_ms: outcome.durationMs }
    case "Skipped":
      return { _tag: "StepSkipped", id, position, reason: outcome.reason }
    case "Failed":
      return { _tag: "StepFailed", id, position, failure: outcome.failure }
  }
}

/** The store, or the lock, could not be had for a step in mid-run: nothing of it was sent. */
export const unopened = (
  step: Step,
  error: { readonly _tag: string; readonly message: string }
): Extract<Event, { readonly _tag: "StepFailed" }> => ({
  _tag: "StepFailed",
  id: step.id,
  position: step.position,
  failure: {
    ...failing(step),
    reason: error.message,
    code: error._tag,
    aftermath: "nothing of it was sent",
    attempts: 0,
    duration_ms: 0
  }
})

/**
 * Runs the steps of one session and tells of each. A pull is never interrupted: what is in flight ends and is
 * told of; between pulls the run can stop.
 */
export const run = Effect.fn("Lane.run")(function* (
  outcomes: Stream.Stream<StepOutcome>,
  tell: Tell,
  stopping: Ref.Ref<boolean>
) {
  const pull = yield* Stream.toPull(outcomes)
  let told: Effect.Effect<void> = Effect.void
  /** In order, and while the store works on the next steps already. */
  const tellBeside = (events: ReadonlyArray<Event>) =>
    Effect.map(Effect.fork(Effect.zipRight(told, tell(events))), fiber => {
      told = Fiber.join(fiber)
    })
  const advance = pull.pipe(
    Effect.map(Chunk.toReadonlyArray),
    Effect.tap(found => tellBeside(found.map(toEvent))),
    Effect.map(found => found.some(({ _tag }) => _tag === "Failed")),
    Effect.uninterruptible,
    Effect.either
  )
  const advanceToEnd = Effect.gen(function* () {
    for (;;) {
      if (yield* Ref.get(stopping)) return
      const failed = yield* advance
      // A stream of outcomes cannot fail: only its end comes as an error.
      if (Either.isLeft(failed) || failed.right) return
    }
  })
  yield* Effect.ensuring(
    advanceToEnd,
    Effect.suspend(() => told)
  )
})
