import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type BfmError, ServiceFailed } from "../../domain/Errors.ts"
import type { Event, Run } from "../../domain/Run.ts"
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
  readonly silentSince: number | undefined
  readonly pause: number
}

/** The events of a run to its end, over as many connections as that takes. */
export const events = (source: Source): Stream.Stream<Event, BfmError> =>
  from(source, { after: 0, silentSince: undefined, pause: soon })

const from = (source: Source, place: Place): Stream.Stream<Event, BfmError> =>
  Stream.suspend(() => {
    let { after, silentSince, pause } = place
    let ended = false
    let elsewhere = false
    const hear = (heard: Followed) =>
      Effect.suspend(() => {
        silentSince = undefined
        pause = soon
        if (heard._tag === "Event") {
          after = heard.sequence ?? after
          ended = heard.event._tag === "RunFinished"
          return Effect.succeed([heard.event])
        }
        if (elsewhere) return Effect.succeed([])
        elsewhere = true
        return Effect.as(told(source, heard.run), [])
      })
    const again = Effect.suspend(() => goOn(source, { after, silentSince, pause }))
    return source.follow(after).pipe(
      Stream.mapEffect(hear),
      Stream.flattenIterables,
      Stream.catchAll(failed =>
        Failure.isLost(failed) ? Stream.empty : Stream.fromEffect(Failure.told(source.url)(failed))
      ),
      Stream.concat(Stream.suspend(() => (ended ? Stream.empty : Stream.unwrap(again))))
    )
  })

/** Of a run that another process carries out only its end is told. */
const told = ({ id }: Source, { total, succeeded, failed }: Run) =>
  Effect.logWarning(
    `another process of the service carries out run ${id}, or did: its steps are not told one by one (${succeeded} of ${total} succeeded so far, ${failed} failed); bfm history shows them`
  )

/** After the events have ended without the end of the run. */
const goOn = Effect.fnUntraced(function* (source: Source, place: Place) {
  const now = yield* Clock.currentTimeMillis
  const run = yield* Effect.either(source.run)
  if (run._tag === "Right" && run.right.finished_at !== undefined) return Stream.make(finished(run.right))
  if (run._tag === "Left" && !Failure.isLost(run.left))
    return Stream.fromEffect(Failure.told(source.url)(run.left))
  const silentSince = place.silentSince ?? now
  if (now - silentSince >= source.patience) {
    const reason = `no sign of it for ${Math.round((now - silentSince) / 1000)}s`
    return Stream.fail(new ServiceFailed({ url: source.url, reason, run_id: source.id }))
  }
  if (place.silentSince === undefined) {
    yield* Effect.logWarning(
      `the connection to ${source.url} was lost; run ${source.id} goes on there, listening again`
    )
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
