import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { Lock } from "../../ports/Lock.ts"
import { Settings } from "../../ports/Settings.ts"
import { Signals } from "../../ports/Signals.ts"
import * as Alone from "./Alone.ts"
import * as Gates from "./Gates.ts"
import * as Lanes from "./Lanes.ts"
import * as Line from "./Line.ts"
import type { Ongoing, Order, Tell } from "./Ongoing.ts"
import * as Rollout from "./Rollout.ts"
import * as Segment from "./Segment.ts"
import * as Sessions from "./Sessions.ts"
import * as Tally from "./Tally.ts"
import * as Together from "./Together.ts"

/**
 * Takes what must be held before anything runs: whoever is in the way of the only lane is the end of the run, and
 * a rehearsal holds all of them, always in the same order. Otherwise each lane takes its own when it begins.
 */
export const locks = Effect.fn("Execute.locks")(function* (order: Order, tell: Tell) {
  if (!atOnce(order)) return
  const lock = yield* Lock
  const { lockWait } = yield* Settings
  const lanes = new Map(order.plan.steps.map(step => [Segment.laneOf(step), step]))
  for (const [, { connection, schema }] of [...lanes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* lock.acquire({ connection, schema }, holderOf(order), lockWait, name =>
      tell([{ _tag: "LockWaiting", connection, schema, holder: name }])
    )
  }
})

const holderOf = ({ runId, actor }: Order) => ({ runId, actor: actor.name })

const atOnce = (order: Order): boolean => order.mode === "rehearse" || !Segment.several(order.plan)

const lanesOf = Effect.fnUntraced(function* (
  order: Order,
  segments: ReadonlyArray<Segment.Segment>,
  tell: Tell
) {
  const { lockWait } = yield* Settings
  if (atOnce(order)) return Lanes.taken
  return yield* Lanes.make(segments, holderOf(order), lockWait, ({ connection, schema }, holder) =>
    tell([{ _tag: "LockWaiting", connection, schema, holder }])
  )
})

/**
 * Interprets a plan: segment after segment, or several lanes at once, never a step before what it needs.
 * After a failure nothing later in the same lane and nothing that depends on it runs; other lanes go on or
 * stop, as asked. Says in which state the run ended.
 */
export const execute = Effect.fn("Execute.execute")(function* (order: Order, announce: Tell) {
  const signals = yield* Signals
  const stopping = yield* Ref.make(false)
  const sessions = Sessions.make()
  yield* Effect.forkScoped(
    signals.stop.pipe(Effect.zipRight(Ref.set(stopping, true)), Effect.zipRight(sessions.halt))
  )
  yield* Effect.forkScoped(Effect.zipRight(signals.abort, sessions.cancel))
  const segments = order.mode === "rehearse" ? Segment.whole(order.plan) : Segment.cut(order.plan)
  const rollout = Rollout.make(segments, order.options, order.isAsked)
  const gates = yield* Gates.make(segments, rollout)
  const tally = Tally.make()
  const tell: Tell = events =>
    Effect.suspend(() => {
      // What did not come through together is tried once more: it began before.
      const news = events.filter(event => event._tag !== "StepStarted" || !tally.begun.has(event.id))
      for (const event of news) Tally.note(tally, order.plan, event)
      return announce(news)
    })
  const lanes = yield* lanesOf(order, segments, tell)
  const several = Segment.several(order.plan)
  const end = (segment: Segment.Segment) => Effect.zipRight(lanes.leave(segment), gates.end(segment))
  const ongoing: Ongoing = { order, tally, rollout, lanes, sessions, stopping, several, end, tell }
  const workers = Math.min(order.options.concurrency, segments.length)
  const line = Line.make(Gates.inOrder(segments, rollout), gates, workers)
  yield* Effect.all(
    Array.from({ length: workers }, () => work(ongoing, line)),
    { concurrency: "unbounded", discard: true }
  )
  return Tally.ended(tally, yield* Ref.get(stopping))
})

/** Takes from the line as long as somebody stands there. */
const work = Effect.fnUntraced(function* (ongoing: Ongoing, line: Line.Line) {
  const { tally } = ongoing
  for (;;) {
    const taken = yield* line.next
    const [first, ...others] = taken
    if (first === undefined) return
    const began = yield* Clock.currentTimeMillis
    const failures = tally.failed.size
    yield* others.length === 0
      ? Effect.ensuring(Alone.run(ongoing, first), ongoing.end(first))
      : Together.run(ongoing, taken)
    line.took(taken, (yield* Clock.currentTimeMillis) - began, tally.failed.size === failures)
  }
})
