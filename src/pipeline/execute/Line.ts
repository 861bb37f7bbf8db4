import * as Effect from "effect/Effect"
import type { Gates } from "./Gates.ts"
import type { Segment } from "./Segment.ts"

/** Hands out the segments of a run in their order, several at once where such a one is quick. */
export interface Line {
  /** Whose turn it is, as soon as it may begin; empty when nobody is left. */
  readonly next: Effect.Effect<ReadonlyArray<Segment>>
  /** How long it took with some, and whether nothing was in the way. */
  readonly took: (segments: ReadonlyArray<Segment>, milliseconds: number, smooth: boolean) => void
}

/** At most so many segments together, with so many steps. */
const mostSegments = 16
const mostSteps = 64

/** Milliseconds: what takes longer hides for too long which step is under way. */
const patience = 500

/** Whether the steps of a segment can be sent together with those of others. */
const isPlain = ({ steps }: Segment): boolean =>
  steps.every(({ mode, requires }) => mode === "transaction" && requires.length === 0)

export const make = (segments: ReadonlyArray<Segment>, gates: Gates, workers: number): Line => {
  /** How many segments of a connection may go together: more while they are quick, as many as are quick enough then. */
  const sizes = new Map<string, number>()
  let at = 0

  /** Those right behind the first that may begin now too; everybody else who works is left a share. */
  const companions = (first: Segment): ReadonlyArray<Segment> => {
    const share = Math.ceil((segments.length - at) / workers)
    const most = Math.min(sizes.get(first.connection) ?? 1, share)
    const found: Array<Segment> = []
    let steps = first.steps.length
    for (let one = segments[at]; one !== undefined && found.length + 1 < most; one = segments[at]) {
      steps += one.steps.length
      const fits = one.connection === first.connection && isPlain(one) && steps <= mostSteps
      if (!fits || !gates.isOpen(one)) break
      found.push(one)
      at += 1
    }
    return found
  }

  return {
    next: Effect.suspend(() => {
      const first = segments[at]
      if (first === undefined) return Effect.succeed([])
      at += 1
      return Effect.map(gates.await(first), () => (isPlain(first) ? [first, ...companions(first)] : [first]))
    }),
    took: (segments, milliseconds, smooth) => {
      const [first] = segments
      if (first === undefined) return
      const size = sizes.get(first.connection) ?? 1
      const inTime = Math.floor((segments.length * patience) / Math.max(1, milliseconds))
      const next = smooth ? Math.min(size * 2, inTime) : Math.floor(size / 4)
      sizes.set(first.connection, Math.min(mostSegments, Math.max(1, next)))
    }
  }
}
