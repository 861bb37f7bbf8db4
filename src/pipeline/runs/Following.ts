import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type BfmError, RunNotFound, type StateUnavailable } from "../../domain/Errors.ts"
import { type Event, hasEnded, type Numbered, type Run } from "../../domain/Run.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Pulse from "../execute/Pulse.ts"

/** What whoever follows a run hears. */
export type Heard =
  | { readonly _tag: "Event"; readonly numbered: Numbered }
  /** How a run of another process stands, where no event tells it: it waits, or its end was never told. */
  | { readonly _tag: "Standing"; readonly run: Run }

/** Milliseconds between two looks at a run: at first, and when nothing has happened for a while. */
const [soon, late] = [150, 1_000]

/** Rows of events that are read at once. */
const parts = 20

export const asNumbered = (heard: Heard): Option.Option<Numbered> =>
  heard._tag === "Event" ? Option.some(heard.numbered) : Option.none()

/**
 * The same as events alone: what no event tells is put in words, once for as long as it is so. With how the run stood
 * last, as far as that was heard.
 */
export const asEvents = (
  before: Run | undefined,
  heard: Heard
): readonly [Run | undefined, ReadonlyArray<Event>] => {
  if (heard._tag === "Event") return [before, [heard.numbered.event]]
  const { id, state, started_at, finished_at } = heard.run
  const said = before === undefined ? [] : words(before)
  const news = words(heard.run)
    .filter(word => !said.includes(word))
    .map((message): Event => ({ _tag: "Warned", message }))
  if (finished_at === undefined) return [heard.run, news]
  return [
    heard.run,
    [...news, { _tag: "RunFinished", run_id: id, state, duration_ms: finished_at - started_at }]
  ]
}

const words = ({ id, state, error, notice, cancelled_by, finished_at }: Run): ReadonlyArray<string> => [
  ...(error === undefined ? [] : [error]),
  ...(finished_at === undefined && state === "queued" ? [`run ${id} is queued`] : []),
  ...(notice === undefined ? [] : [notice]),
  ...(finished_at === undefined && cancelled_by !== undefined ? [`${cancelled_by} has asked to end it`] : [])
]

/** What was heard last. */
interface Place {
  readonly after: number
  /** How the run stood, as far as no event says it. */
  readonly stood: string
  readonly finished: boolean
  readonly pause: number
  readonly moved: { readonly mark: string; readonly at: number }
}

/** The events of a run after the given one as the state remembers them, to the end of the run. */
export const events = (id: string, after: number): Stream.Stream<Heard, BfmError, StateStore> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const start: Place = {
        after,
        stood: "",
        finished: after > 0 && (yield* isEnd(id, after)),
        pause: 0,
        moved: { mark: "", at }
      }
      return Stream.flattenIterables(Stream.paginateEffect(start, place => look(id, place)))
    })
  )

/** What has been told of a run up to now. */
export const told = (id: string): Stream.Stream<Event, StateUnavailable, StateStore> =>
  Stream.flattenIterables(
    Stream.paginateEffect(0, after =>
      Effect.flatMap(StateStore, state =>
        Effect.map(state.events({ runId: id, after, parts }), found => {
          const last = found.at(-1)
          const next = last === undefined ? Option.none<number>() : Option.some(last.sequence)
          return [found.map(({ event }) => event), next] as const
        })
      )
    )
  )

/** Whether the event with this number was the last one. */
const isEnd = Effect.fnUntraced(function* (id: string, sequence: number) {
  const state = yield* StateStore
  const [last, next] = yield* state.events({ runId: id, after: sequence - 1, parts: 1 })
  return last?.event._tag === "RunFinished" && next === undefined
})

/** What is new, and from where to look on. The run is read first: what is told of its end is there then. */
const look = Effect.fnUntraced(function* (id: string, place: Place) {
  yield* Effect.sleep(place.pause)
  const state = yield* StateStore
  const run = yield* standing(id)
  const told = yield* state.events({ runId: id, after: place.after, parts })
  const heard = told.map((numbered): Heard => ({ _tag: "Event", numbered }))
  const finished = told.length > 0 ? told.at(-1)?.event._tag === "RunFinished" : place.finished
  const after = told.at(-1)?.sequence ?? place.after
  if (told.length > 0) return [heard, Option.some({ ...place, after, finished, pause: soon })] as const
  if (hasEnded(run)) return [finished ? [] : yield* end(run), Option.none<Place>()] as const
  const now = yield* Clock.currentTimeMillis
  const mark = `${run.heartbeat_at} ${run.state}`
  const moved = mark === place.moved.mark ? place.moved : { mark, at: now }
  // By the clock of the database it may have been silent for as long as nothing was heard here.
  if (run.owner !== undefined && now - moved.at > Pulse.silence)
    yield* state.abandon(Pulse.silence, Pulse.gone)
  const { heartbeat_at: _, current: __, ...rest } = run
  const stood = JSON.stringify(rest)
  const pause = Math.min(Math.max(soon, place.pause * 1.5), late)
  const shown: ReadonlyArray<Heard> = stood === place.stood ? [] : [{ _tag: "Standing", run }]
  return [shown, Option.some({ ...place, finished, stood, pause, moved })] as const
})

/** The end of a run of which no event tells: with its error, where it came to nothing. */
const end = Effect.fnUntraced(function* (run: Run) {
  const state = yield* StateStore
  const refusal = run.state === "failed" ? yield* state.refusal(run.id) : undefined
  const last: ReadonlyArray<Heard> = [{ _tag: "Standing", run }]
  return refusal === undefined ? last : yield* Effect.fail(refusal)
})

/** The spelling of every run's id. */
const ULID = /^[0-9A-Z]{26}$/

/** A run as the state remembers it. Of one whose owner has gone silent it is said so, here and to everybody. */
export const standing = Effect.fnUntraced(function* (id: string) {
  if (!ULID.test(id)) return yield* new RunNotFound({ id })
  const state = yield* StateStore
  const run = yield* state.run(id)
  if (run === undefined) return yield* new RunNotFound({ id })
  if (!isSilent(run, yield* Clock.currentTimeMillis)) return run
  const given = yield* state.abandon(Pulse.silence, Pulse.gone)
  return given === 0 ? run : ((yield* state.run(id)) ?? run)
})

/** As far as this process's clock tells; the database decides by its own. */
export const isSilent = (run: Run, now: number): boolean =>
  !hasEnded(run) && run.heartbeat_at !== undefined && now - run.heartbeat_at > Pulse.silence
