import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { LockBusy, StateUnavailable } from "../../domain/Errors.ts"
import { Lock, type LockHolder, type LockKey } from "../../ports/Lock.ts"
import { laneOf, type Segment } from "./Segment.ts"

/** Keeps each lane locked from its first segment to its last. */
export interface Lanes {
  /** Takes the lock of the segment's lane, where it is not held yet. */
  readonly enter: (segment: Segment) => Effect.Effect<void, LockBusy | StateUnavailable>
  /** The same for several, as far as nobody else has their locks: those of which it is held now. */
  readonly enterFree: (
    segments: ReadonlyArray<Segment>
  ) => Effect.Effect<ReadonlyArray<Segment>, StateUnavailable>
  /** The segment has ended, or does not run; the last one of its lane gives the lock back. */
  readonly leave: (segment: Segment) => Effect.Effect<void>
}

/**
 * Locks are taken when a lane begins and given back when it ends: thousands are never held at once. Whoever
 * has a lock waits for others for a limited time only, so that two runs cannot wait for each other for ever.
 */
export const make = Effect.fnUntraced(function* (
  segments: ReadonlyArray<Segment>,
  holder: LockHolder,
  wait: number,
  waiting: (key: LockKey, holder: string) => Effect.Effect<void>
) {
  const lock = yield* Lock
  const outer = yield* Effect.scope
  /** How many segments of a lane have not ended. */
  const left = new Map<string, number>()
  for (const lane of segments.map(laneOf)) left.set(lane, (left.get(lane) ?? 0) + 1)
  const held = new Map<string, Hold>()

  /** What is taken in it is given back when the last of these lanes has ended. */
  const holding = <A, E>(
    names: (taken: A) => ReadonlyArray<string>,
    take: Effect.Effect<A, E, Scope.Scope>
  ): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask(restore =>
      Effect.flatMap(Scope.fork(outer, outer.strategy), scope =>
        restore(Scope.extend(take, scope)).pipe(
          Effect.onError(cause => Scope.close(scope, Exit.failCause(cause))),
          Effect.tap(taken => {
            const lanes = new Set(names(taken))
            for (const lane of lanes) held.set(lane, { scope, lanes })
          })
        )
      )
    )

  const enter: Lanes["enter"] = segment =>
    Effect.suspend(() => {
      const lane = laneOf(segment)
      if (held.has(lane)) return Effect.void
      const key = keyOf(segment)
      return holding(
        () => [lane],
        lock.acquire(key, holder, wait, who => waiting(key, who))
      )
    })

  const enterFree: Lanes["enterFree"] = segments =>
    Effect.suspend(() => {
      const others = segments.filter(segment => !held.has(laneOf(segment)))
      const free = (got: ReadonlyArray<boolean>) => others.filter((_, index) => got[index] === true)
      const taken =
        others.length === 0
          ? Effect.void
          : holding(got => free(got).map(laneOf), lock.attempt(others.map(keyOf), holder))
      return Effect.map(taken, () => segments.filter(segment => held.has(laneOf(segment))))
    })

  const leave: Lanes["leave"] = segment =>
    Effect.suspend(() => {
      const lane = laneOf(segment)
      const rest = (left.get(lane) ?? 1) - 1
      left.set(lane, rest)
      const hold = held.get(lane)
      if (rest > 0 || hold === undefined) return Effect.void
      held.delete(lane)
      hold.lanes.delete(lane)
      if (hold.lanes.size > 0) return Effect.void
      // The next schema does not wait for it; the end of the run does.
      return Effect.asVoid(Effect.forkIn(Effect.uninterruptible(Scope.close(hold.scope, Exit.void)), outer))
    })

  return { enter, enterFree, leave } satisfies Lanes
})

const keyOf = ({ connection, schema }: Segment): LockKey => ({ connection, schema })

/** Locks that were taken together, and the lanes that still need them. */
interface Hold {
  readonly scope: Scope.CloseableScope
  readonly lanes: Set<string>
}

/** For a run that has its one lock already. */
export const taken: Lanes = {
  enter: () => Effect.void,
  enterFree: Effect.succeed,
  leave: () => Effect.void
}
