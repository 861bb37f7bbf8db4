import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Event } from "../../domain/Run.ts"
import { Signals } from "../../ports/Signals.ts"
import { Interruption } from "./Interruption.ts"
import * as RenderProgress from "./RenderProgress.ts"
import * as RenderRun from "./RenderRun.ts"
import { Screen } from "./Screen.ts"
import * as Transcript from "./Transcript.ts"

/** Redraws of the line that moves, milliseconds. */
const beat = 100

/** Runs the events to their end and shows each as it comes; says at last what has been heard. */
export const follow = Effect.fn("cli.Follow.follow")(function* <E, R>(
  events: Stream.Stream<Event, E, R>,
  /** The words that run it again; absent for a run that goes on whether anybody listens or not. */
  again?: ReadonlyArray<string>
) {
  const screen = yield* Screen
  const shared = yield* Interruption
  const heard = yield* Ref.make(Transcript.empty(yield* Clock.currentTimeMillis))
  const hear = Effect.fnUntraced(function* (events: Chunk.Chunk<Event>) {
    const now = yield* Clock.currentTimeMillis
    let after = yield* Ref.get(heard)
    const lines: Array<string> = []
    for (const event of events) {
      after = Transcript.step(after, event, now)
      if (again !== undefined)
        shared.busy = after.running.length > 0 || (shared.busy && event._tag !== "RunFinished")
      const asides = Transcript.asides(screen.style, after, event)
      // Many steps that end together are one write; what is said between them stands between them.
      if (asides.length > 0) {
        yield* screen.out(lines.splice(0))
        yield* screen.err(asides)
      }
      lines.push(...Transcript.lines(screen.style, after, event))
    }
    yield* Ref.set(heard, after)
    yield* screen.out(lines)
  }, Effect.uninterruptible)
  const draw = Effect.gen(function* () {
    const transcript = yield* Ref.get(heard)
    if (transcript.result.plan === undefined) return
    const now = yield* Clock.currentTimeMillis
    yield* screen.live(RenderProgress.line(screen.style, Transcript.progress(transcript, now)))
  })
  const told = Effect.flatMap(Ref.get(heard), ({ result, running }) => {
    if (again === undefined) return Effect.void
    const unended = running.map(({ step }) => step)
    return screen.err(RenderRun.interrupted(screen.style, result, unended, again))
  })
  yield* Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.addFinalizer(() => screen.live(""))
      if (screen.lively) yield* Effect.forkScoped(Effect.repeat(draw, Schedule.spaced(beat)))
      yield* Stream.runForEachChunk(events, hear)
    })
  ).pipe(
    Effect.onInterrupt(() => told),
    Effect.tapError(() =>
      Effect.flatMap(Ref.get(heard), ({ result }) => screen.err(RenderRun.before(result)))
    ),
    Effect.provideService(Signals, { stop: Deferred.await(shared.stop), abort: Deferred.await(shared.abort) })
  )
  return yield* Ref.get(heard)
})
