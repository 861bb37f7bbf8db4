import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { Connections } from "../../ports/Connections.ts"
import { Settings } from "../../ports/Settings.ts"
import * as Alone from "./Alone.ts"
import * as Lane from "./Lane.ts"
import { contextOf, type Ongoing, obstacle, workOf } from "./Ongoing.ts"
import type { Segment } from "./Segment.ts"

/**
 * Several schemas that have little to do, in one message. What does not come through that way is done again one
 * schema after the other, as if nothing had been tried: there it is waited, retried and told what is wrong.
 */
export const run = Effect.fnUntraced(function* (ongoing: Ongoing, segments: ReadonlyArray<Segment>) {
  // A store that cannot be had is told of by the first step that needs it.
  yield* Effect.ignore(Effect.scoped(message(ongoing, segments)))
  const isOver = ({ steps }: Segment) => steps.every(({ id }) => ongoing.tally.finished.has(id))
  const [left, over] = Arr.partition(segments, isOver)
  for (const segment of over) yield* ongoing.end(segment)
  for (const segment of left) yield* Effect.ensuring(Alone.run(ongoing, segment), ongoing.end(segment))
})

const message = Effect.fnUntraced(function* (ongoing: Ongoing, segments: ReadonlyArray<Segment>) {
  const { lanes, sessions, stopping, tell } = ongoing
  const [first] = segments
  if (first === undefined) return
  const { lockWait } = yield* Settings
  const { together } = yield* (yield* Connections).open(first.connection)
  if (together === undefined) return
  const free = yield* lanes.enterFree(segments)
  const steps = free
    .flatMap(segment => segment.steps.map(step => ({ segment, step })))
    .filter(({ segment, step }) => obstacle(ongoing, segment, step) === undefined)
    .map(({ step }) => step)
  if (steps.length === 0 || (yield* Ref.get(stopping))) return
  const session = together(workOf(ongoing, steps), contextOf(ongoing), lockWait)
  yield* sessions.add(session)
  yield* tell(steps.map(({ id, position }) => ({ _tag: "StepStarted", id, position })))
  if (yield* Ref.get(stopping)) return
  // What is in flight ends and is told of.
  yield* Effect.uninterruptible(Effect.flatMap(session.run, outcomes => tell(outcomes.map(Lane.toEvent))))
})
