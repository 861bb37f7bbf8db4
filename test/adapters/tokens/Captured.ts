import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"

/** Log lines, with their level in front, in the order in which they were written. */
export const logs = Effect.map(Queue.unbounded<string>(), lines => ({
  layer: Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ logLevel, message }) => {
      Queue.unsafeOffer(lines, `${logLevel.label} ${[message].flat().map(String).join(" ")}`)
    })
  ) satisfies Layer.Layer<never>,
  next: Queue.take(lines),
  all: Effect.map(Queue.takeAll(lines), found => [...found])
}))
