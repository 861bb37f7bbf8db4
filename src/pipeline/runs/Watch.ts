import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BfmError } from "../../domain/Errors.ts"
import type { StateStore } from "../../ports/StateStore.ts"
import * as Following from "./Following.ts"
import * as RunBook from "./RunBook.ts"

export type { Heard } from "./Following.ts"

/**
 * Follows a run to its end, beginning after the event with the given number: one of this process as it happens, any
 * other as the state hears of it.
 */
export const follow = Effect.fn("Watch.follow")(function* (id: string, after: number) {
  const own = yield* RunBook.ownRun(id)
  if (Option.isNone(own)) {
    yield* RunBook.find(id)
    return Following.events(id, after)
  }
  const { events, first } = own.value
  const live = events.pipe(
    Stream.filter(({ sequence }) => sequence > after),
    Stream.map((numbered): Following.Heard => ({ _tag: "Event", numbered }))
  )
  const before: Stream.Stream<Following.Heard, BfmError, StateStore> =
    after + 1 >= first
      ? Stream.empty
      : Stream.takeWhile(
          Following.events(id, after),
          heard => heard._tag === "Event" && heard.numbered.sequence < first
        )
  return Stream.concat(before, live)
})
