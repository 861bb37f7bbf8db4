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
  const left = new Map<string, number>()
  for (const lane of segments.map(laneOf)) left.set(lane, (left.get(lane) ?? 0) + 1)
  const held = new Map<string, Scope.CloseableScope>()

  const enter: Lanes["enter"] = segment =>
    Effect.suspend(() => {
      const lane = laneOf(segment)
      if (held.has(lane)) return Effect.void
      const key = { connection: segment.connection, schema: segment.schema }
      return Effect.uninterruptibleMask(restore =>
        Effect.flatMap(Scope.fork(outer, outer.strategy), scope =>
          restore(
            Scope.extend(
              lock.acquire(key, holder, wait, who => waiting(key, who)),
              scope
            )
          ).pipe(
            Effect.onError(cause => Scope.close(scope, Exit.failCause(cause))),
            Effect.zipRight(Effect.sync(() => void held.set(lane, scope)))
          )
        )
      )
    })

  const leave: Lanes["leave"] = segment =>
    Effect.suspend(() => {
      const lane = laneOf(segment)
      const rest = (left.get(lane) ?? 1) - 1
      left.set(lane, rest)
      const scope = held.get(lane)
      if (rest > 0 || scope === undefined) return Effect.void
      held.delete(lane)
      // The next schema does not wait for it; the end of the run does.
      return Effect.asVoid(Effect.forkIn(Effect.uninterruptible(Scope.close(scope, Exit.void)), outer))
    })

  return { enter, leave } satisfies Lanes
})

/** For a run that has its one lock already. */
export const taken: Lanes = { enter: () => Effect.void, leave: () => Effect.void }
