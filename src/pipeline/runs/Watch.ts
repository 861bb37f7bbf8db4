import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BfmError } from "../../domain/Errors.ts"
import type { StateStore } from "../../ports/StateStore.ts"
import * as Permission from "../execute/Permission.ts"
import type * as ActiveRun from "./ActiveRun.ts"
import * as Following from "./Following.ts"
import * as RunBook from "./RunBook.ts"

export type { Heard } from "./Following.ts"

/**
 * Follows a run to its end, beginning after the event with the given number: one of this process as it happens, any
 * other as the state hears of it.
 */
export const follow = Effect.fn("Watch.follow")(function* (
  id: string,
  after: number,
  permitted: Permission.Connections
) {
  yield* RunBook.find(id, permitted)
  const own = yield* RunBook.ownRun(id)
  const heard = Option.match(own, {
    onNone: () => Following.events(id, after),
    onSome: handle => here(handle, after)
  })
  return Stream.tap(heard, told => within(told, permitted))
})

/** Its plan may lead further than what was asked for. */
const within = (heard: Following.Heard, permitted: Permission.Connections) =>
  heard._tag === "Event" && heard.numbered.event._tag === "Planned"
    ? Permission.within(heard.numbered.event.plan, permitted)
    : Effect.void

const here = ({ id, events, first }: ActiveRun.Handle, after: number) => {
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
}
