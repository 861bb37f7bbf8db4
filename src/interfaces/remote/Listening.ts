import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { type BfmError, ServiceFailed } from "../../domain/Errors.ts"
import type { Event, Run } from "../../domain/Run.ts"
import * as Following from "../../pipeline/runs/Following.ts"
import type { Followed } from "../http/Client.ts"
import * as Failure from "./Failure.ts"

/** A run of a service, as far as listening to it goes. */
export interface Source {
  readonly url: string
  readonly id: string
  readonly follow: (after: number) => Stream.Stream<Followed, Failure.Failed>
  readonly run: Effect.Effect<Run, Failure.Failed>
  /** Milliseconds without a sign of the service, after which nobody listens any more. */
  readonly patience: number
}

/** Milliseconds from one attempt to the next: the first and the longest. */
const [soon, late] = [200, 5_000]

/** What was heard last, and since when nothing was. */
interface Place {
  readonly after: number
  /** How the run stood, where no event told it. */
  readonly stood: Run | undefined
  readonly silentSince: number | undefined
  readonly pause: number
}

/** The events of a run to its end, over as many connections as that takes. */
export const events = (source: Source, after = 0): Stream.Stream<Event, BfmError> =>
  from(source, { after, stood: undefined, silentSince: undefined, pause: soon })

/** Over one connection, and then over the next ones. */
const from = (source: Source, start: Place): Stream.Stream<Event, BfmError> =>
  Stream.suspend(() => {
    let place = start
    let ended = false
    let broken = false
    const hear = (heard: Followed) => {
      const after = heard._tag === "Event" ? (heard.sequence ?? place.after) : place.after
      place = { ...place, after, silentSince: undefined, pause: soon }
      ended = heard._tag === "Event" && heard.event._tag === "RunFinished"
      if (heard._tag === "Event") return told(source, heard)
      const [stood, events] = Following.asEvents(place.stood, heard)
      place = { ...place, stood }
      return Effect.succeed(events)
    }
    const next = Effect.suspend(() => (broken ? again(source, place) : goOn(source, place)))
    return source.follow(start.after).pipe(
      Stream.mapEffect(hear),
      Stream.flattenIterables,
      Stream.catchAll(failed => {
        broken = true
        return Failure.isLost(failed) ? Stream.empty : Stream.fromEffect(Failure.told(source.url)(failed))
      }),
      Stream.concat(Stream.suspend(() => (ended ? Stream.empty : Stream.unwrap(next))))
    )
  })

const told = (
  source: Source,
  { sequence, event }: Extract<Followed, { readonly _tag: "Event" }>
): Effect.Effect<ReadonlyArray<Event>> => {
  // An end that no event tells of has no number, and does not say the reason.
  if (sequence !== undefined) return Effect.succeed([event])
  return Effect.match(source.run, {
    onFailure: () => [event],
    onSuccess: ({ error }) => (error === undefined ? [event] : [{ _tag: "Warned", message: error }, event])
  })
}

/** After the events have ended in good order: with the run, though nobody said so, or because the service ends. */
const goOn = Effect.fnUntraced(function* (source: Source, place: Place) {
  const run = yield* Effect.either(source.run)
  return Either.isRight(run) && run.right.finished_at !== undefined
    ? Stream.make(finished(run.right))
    : yield* again(source, place)
})

/** Listens once more, after a while, unless there was no sign of the service for too long. */
const again = Effect.fnUntraced(function* (source: Source, place: Place) {
  const { url, id, patience } = source
  const now = yield* Clock.currentTimeMillis
  const silentSince = place.silentSince ?? now
  if (now - silentSince >= patience) {
    const reason = `no sign of it for ${Math.round((now - silentSince) / 1000)}s`
    return Stream.fail(new ServiceFailed({ url, reason, run_id: id }))
  }
  if (place.silentSince === undefined) {
    yield* Effect.logWarning(`the connection to ${url} was lost; run ${id} goes on there, listening again`)
  }
  yield* Effect.sleep(place.pause)
  return from(source, { ...place, silentSince, pause: Math.min(place.pause * 2, late) })
})

/** How a run ended of which nobody told us so. */
const finished = (run: Run): Event => ({
  _tag: "RunFinished",
  run_id: run.id,
  state: run.state,
  duration_ms: (run.finished_at ?? run.started_at) - run.started_at
})
