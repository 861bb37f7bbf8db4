import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StepOutcome, StoreSession, Work } from "../../ports/Connections.ts"
import * as Journal from "./Journal.ts"
import type { Live } from "./Live.ts"

/** Work in one database, a step after the other. */
export const make = (
  live: Live,
  entries: StoreSession["entries"],
  cancel: Effect.Effect<void>
): StoreSession => ({
  entries,
  // A step at a time is sent.
  halt: Effect.void,
  cancel,
  run: work =>
    Stream.fromIterable(work).pipe(
      Stream.rechunk(1),
      Stream.flatMap(item => step(live, item)),
      Stream.takeUntil(({ _tag }) => _tag === "Failed")
    ),
  rehearse: work =>
    Stream.fromIterable(work).pipe(
      Stream.map(
        ({ step }): StepOutcome => ({
          _tag: "Skipped",
          step,
          reason: "GreptimeDB cannot take back what was executed: not rehearsed"
        })
      )
    )
})

/** Told of before it is run: whoever listens knows what is under way. */
const step = (live: Live, work: Work): Stream.Stream<StepOutcome> =>
  Stream.concat(
    Stream.succeed<StepOutcome>({ _tag: "Started", step: work.step }),
    Stream.fromEffect(Effect.suspend(() => Journal.run(live, work)))
  )
