import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import { type Step, Unit } from "../../domain/Plan.ts"
import type { Verify } from "../../domain/Verify.ts"
import type { Fault } from "./Outcome.ts"

/** A journal's line as adapters read it: what was done is recognized by its hash. */
export interface Entry extends LedgerEntry {
  /** Hash over the texts of the units that are done. */
  readonly doneHash: string
  /** What {@link noteDoubt} made of the unit that was begun and not finished. */
  readonly doubt: string | undefined
}

/** A unit that did not succeed, and what is left of it. */
export interface Stuck<F> {
  readonly unit: number
  readonly fault: F
  readonly aftermath: string
}

/** What a store does when a journalled step is followed. */
export interface Acts<F, E, R> {
  /** Nothing of the step was begun before. */
  readonly begin: Effect.Effect<unknown, E, R>
  /** Runs one unit and notes that it is done; `doubt`: what was noted when it was begun before. */
  readonly unit: (
    unit: Unit,
    index: number,
    doubt: string | undefined
  ) => Effect.Effect<Stuck<F> | undefined, E, R>
  /** Notes that the step is done. */
  readonly finish: Effect.Effect<unknown, E, R>
  readonly refuse: (fault: Fault) => F
}

/**
 * Goes through the units of a step from where its journal says that it was left, until one does not succeed.
 * What is done already must not have been edited since.
 */
export const follow = <F, E, R>(
  step: Step,
  entry: Entry | undefined,
  { begin, unit, finish, refuse }: Acts<F, E, R>
): Effect.Effect<Stuck<F> | undefined, E, R> =>
  Effect.gen(function* () {
    const begun = entry?.state === "running" && entry.direction === step.direction ? entry : undefined
    const done = begun?.unitsDone ?? 0
    if (begun === undefined) yield* begin
    else if (begun.doneHash !== hash(step.units.slice(0, done))) return edited(step, done, refuse)
    for (const [offset, each] of step.units.slice(done).entries()) {
      const stuck = yield* unit(each, done + offset, offset === 0 ? begun?.doubt : undefined)
      if (stuck !== undefined) return stuck
    }
    yield* finish
    return undefined
  })

/** Hash over what is done: the rest of a file may be mended, what has happened may not be rewritten. */
export const hash = (done: ReadonlyArray<Unit>): string => {
  // As a journal begins in the ledger.
  if (done.length === 0) return ""
  const digest = createHash("sha256")
  for (const unit of done) {
    for (const { text } of unit.statements) digest.update(text).update("\0")
  }
  return digest.digest("hex")
}

/** What stands and where the next run goes on. */
export const progress = (step: Step, index: number): string =>
  `${index} of ${step.units.length} parts are done and stay; the next run goes on with part ${index + 1}`

/** The same when it is not known whether that part took effect. */
export const doubted = (step: Step, index: number): string =>
  `${progress(step, index)}, after the catalog has been asked whether that part has landed`

/** The same when only a human can tell. */
export const open = (step: Step, index: number): string =>
  `${index} of ${step.units.length} parts are done and stay; nobody knows of part ${index + 1}, and nothing runs before somebody says`

const edited = <F>(step: Step, done: number, refuse: (fault: Fault) => F): Stuck<F> => ({
  unit: done,
  fault: refuse({
    code: "BF003",
    reason: `the first ${done} parts of this migration are applied already and were edited since`,
    hint: "restore them as they were; only what comes after may be changed"
  }),
  aftermath: progress(step, done)
})

/** Only a human can tell what became of a unit; `detail`: what is known of it. */
export const undecided = (step: Step, index: number, detail: string | undefined): Fault => ({
  code: "BF004",
  reason: `part ${index + 1} of ${step.units.length} was interrupted, and the catalog cannot tell whether it took effect`,
  hint: `look, then say what is true: bfm resolve ${step.id} --applied, or --pending to run it from the beginning`,
  detail
})

const Doubt = Schema.parseJson(
  Schema.Struct({
    text: Schema.String,
    verify: Unit.fields.verify.from,
    /** What the unit is to bring about was so before it was begun. */
    met: Schema.optional(Schema.Boolean)
  })
)
const encode = Schema.encodeSync(Doubt)
const decode = Schema.decodeUnknownEither(Doubt)

export const unclear: Verify = { _tag: "Unknown" }

export const textOf = (unit: Unit): string => unit.statements.map(({ text }) => text).join(";\n")

/** What is noted before a unit is sent that stands outside a transaction. */
export const noteDoubt = (unit: Unit, met?: boolean): string =>
  encode({
    text: textOf(unit),
    verify: unit.verify ?? unclear,
    ...(met === undefined ? {} : { met })
  })

/** What was begun then: it may not be what stands there now. */
export const readDoubt = (
  doubt: string,
  unit: Unit
): { readonly text: string; readonly verify: Verify; readonly met: boolean } => {
  const { text, verify, met } = Either.getOrElse(decode(doubt), () => ({
    text: textOf(unit),
    verify: unclear,
    met: false
  }))
  return { text, verify: verify ?? unclear, met: met ?? false }
}
