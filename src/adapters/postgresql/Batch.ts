import * as Arr from "effect/Array"
import type { Work } from "../../ports/Connections.ts"

/** A message takes at most this many steps, and this many characters of statements. */
const maxSteps = 64
const maxCharacters = 256 * 1024

/** Milliseconds: a message that takes longer hides for too long which step is under way. */
const patience = 100

/**
 * The steps that go into the next message: as many as the last one showed to be quick, all of them plain
 * transactions. Anything else goes alone.
 */
export const next = (
  works: ReadonlyArray<Work>,
  size: number
): Arr.NonEmptyReadonlyArray<Work> | undefined => {
  const batch: Array<Work> = []
  let characters = 0
  for (const work of works) {
    const alone = work.step.mode !== "transaction" || work.step.requires.length > 0
    if (alone && batch.length > 0) break
    characters += length(work)
    if (batch.length > 0 && characters > maxCharacters) break
    batch.push(work)
    if (alone || batch.length >= size) break
  }
  return Arr.isNonEmptyReadonlyArray(batch) ? batch : undefined
}

const length = ({ step }: Work): number =>
  step.units.reduce((sum, unit) => unit.statements.reduce((all, { text }) => all + text.length, sum), 0)

/** Grows while messages are quick, shrinks at once when one was slow. */
export const grow = (size: number, durationMs: number): number =>
  durationMs > patience ? Math.max(1, Math.floor(size / 4)) : Math.min(maxSteps, size * 2)
