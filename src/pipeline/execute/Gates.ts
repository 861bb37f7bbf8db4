import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Rollout } from "./Rollout.ts"
import type { Segment } from "./Segment.ts"

/** What a segment waits for: those that it needs, and the waves before its own. */
export interface Gates {
  readonly await: (segment: Segment) => Effect.Effect<void>
  /** Whether nothing has to be waited for now. */
  readonly isOpen: (segment: Segment) => boolean
  readonly end: (segment: Segment) => Effect.Effect<void>
}

export const make = Effect.fnUntraced(function* (segments: ReadonlyArray<Segment>, { waveOf }: Rollout) {
  const needed = new Map<number, Deferred.Deferred<void>>()
  for (const { after } of segments) {
    for (const index of after) if (!needed.has(index)) needed.set(index, yield* Deferred.make<void>())
  }
  /** How many segments of each wave have not ended; none is without any at first. */
  const left: Array<number> = []
  for (const wave of waveOf) left[wave] = (left[wave] ?? 0) + 1
  const ended = yield* Effect.forEach(left, () => Deferred.make<void>())
  const over = new Set<number>()

  /** A wave has ended when it and all before it have nothing left. */
  const settle = Effect.suspend(() => {
    const first = left.findIndex(count => count > 0)
    const past = first === -1 ? ended : ended.slice(0, first)
    return Effect.forEach(past, wave => Deferred.succeed(wave, undefined), { discard: true })
  })

  const gates: Gates = {
    await: ({ index, after }) => {
      const before = ended[(waveOf[index] ?? 0) - 1]
      const direct = [...after].flatMap(other => needed.get(other) ?? [])
      const all = before === undefined ? direct : [...direct, before]
      return Effect.forEach(all, Deferred.await, { discard: true })
    },
    isOpen: ({ index, after }) => {
      const wave = waveOf[index] ?? 0
      return (
        left.every((count, other) => other >= wave || count === 0) && [...after].every(one => over.has(one))
      )
    },
    end: ({ index }) =>
      Effect.suspend(() => {
        over.add(index)
        const wave = waveOf[index] ?? 0
        const rest = (left[wave] ?? 1) - 1
        left[wave] = rest
        const own = needed.get(index)
        const told = own === undefined ? Effect.void : Deferred.succeed(own, undefined)
        return rest > 0 ? Effect.asVoid(told) : Effect.zipRight(told, settle)
      })
  }
  return gates
})

/** Those of earlier waves first: whoever works on a later one waits for nobody who was not begun. */
export const inOrder = (segments: ReadonlyArray<Segment>, { waveOf }: Rollout): ReadonlyArray<Segment> =>
  [...segments].sort((a, b) => (waveOf[a.index] ?? 0) - (waveOf[b.index] ?? 0))
