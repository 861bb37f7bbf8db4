import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Run } from "../domain/Run.ts"
import type * as ActiveRun from "./ActiveRun.ts"
import * as RunBook from "./RunBook.ts"

/** What whoever follows a run hears. */
export type Heard =
  /** Of a run of this process: everything, from the first event on. */
  | { readonly _tag: "Event"; readonly numbered: ActiveRun.Numbered }
  /** Of any other run: how it stands, whenever that has changed. */
  | { readonly _tag: "Standing"; readonly run: Run }

/** How often the state is asked about a run of another process. */
const polling = Schedule.spaced("1 second")

/** Follows a run to its end, beginning after the event with the given number. */
export const follow = Effect.fn("Watch.follow")(function* (id: string, after: number) {
  const first = yield* RunBook.find(id)
  const own = yield* RunBook.ownRun(id)
  if (Option.isSome(own)) {
    return Stream.map(
      Stream.filter(own.value.events, ({ sequence }) => sequence > after),
      (numbered): Heard => ({ _tag: "Event", numbered })
    )
  }
  const later = RunBook.ended(first)
    ? Stream.empty
    : Stream.repeatEffectWithSchedule(RunBook.find(id), polling)
  return Stream.concat(Stream.make(first), later).pipe(
    Stream.takeUntil(RunBook.ended),
    Stream.changesWith((a, b) => JSON.stringify(a) === JSON.stringify(b)),
    Stream.map((run): Heard => ({ _tag: "Standing", run }))
  )
})
