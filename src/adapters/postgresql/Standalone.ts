import * as Effect from "effect/Effect"
import type { Unit } from "../../domain/Plan.ts"
import { noteDoubt, open, progress, readDoubt, textOf, unclear, undecided } from "../store/Journal.ts"
import { type Course, lost, mark, type Stuck } from "./Course.ts"
import * as Evidence from "./Evidence.ts"
import * as Fault from "./Fault.ts"
import * as Guard from "./Guard.ts"
import * as Message from "./Message.ts"

/** One statement by itself, between the mark that it was begun and the mark that it is done. */
export const run = Effect.fnUntraced(function* (
  course: Course,
  unit: Unit,
  index: number,
  doubt: string | undefined
) {
  const { wire, step } = course
  yield* wire.send(Message.standalone(step))
  const settled =
    doubt === undefined ? yield* untouched(course, unit, index) : yield* doubtful(course, unit, index, doubt)
  if (settled === "landed") {
    yield* wire.send(`${mark(course, index + 1)};${Message.reset}`)
    return undefined
  }
  return settled === "clear" ? yield* send(course, unit, index) : settled
})

/** The statement was never begun: what lies in its way is not ours. */
const untouched = Effect.fnUntraced(function* (course: Course, unit: Unit, index: number) {
  const found = yield* Evidence.gather(course.wire, unit.verify ?? unclear)
  return found._tag === "Leftover" ? foreign(course, index, found.object) : ("clear" as const)
})

/** It was begun and its end is not known: the catalog is asked, by what was begun then, not by what stands there now. */
const doubtful = Effect.fnUntraced(function* (course: Course, unit: Unit, index: number, doubt: string) {
  const noted = readDoubt(doubt, unit)
  const found = yield* Evidence.gather(course.wire, noted.verify)
  if (found._tag === "Unclear") return unknown(course, index)
  if (found._tag === "Leftover") yield* course.wire.send(found.clear)
  return found._tag === "Landed" && noted.text === textOf(unit) ? ("landed" as const) : ("clear" as const)
})

const send = Effect.fnUntraced(function* (course: Course, unit: Unit, index: number) {
  const { wire } = course
  const verify = unit.verify ?? unclear
  yield* wire.send(mark(course, index, noteDoubt(unit)))
  const answer = yield* Effect.either(wire.send(textOf(unit)))
  if (answer._tag === "Left") return yield* refused(course, unit, index, answer.left)
  yield* wire.send(Message.block(Guard.keep(course.live.place)))
  // IF NOT EXISTS passes over an index that is there and not valid.
  const after = yield* Evidence.gather(wire, verify)
  if (after._tag === "Leftover") return foreign(course, index, after.object)
  yield* wire.send(`${mark(course, index + 1)};${Message.reset}`)
  return undefined
})

/** The server said no. An index build leaves something behind: the doubt stays noted, the next run clears it. */
const refused = Effect.fnUntraced(function* (course: Course, unit: Unit, index: number, fault: Fault.Fault) {
  if (fault._tag === "Lost") return yield* lost(course, index, fault)
  const left = yield* Evidence.gather(course.wire, unit.verify ?? unclear)
  const keeps = left._tag === "Leftover"
  yield* course.wire.send(`${keeps ? "" : `${mark(course, index)};`}${Message.reset}`)
  const note = keeps ? `; an ${left.object} was left by PostgreSQL, the next run drops and rebuilds it` : ""
  const aftermath = `${progress(course.step, index)}${note}`
  return { unit: index, fault, aftermath } satisfies Stuck
})

const unknown = ({ step }: Course, index: number): Stuck => ({
  unit: index,
  fault: Fault.refusal(undecided(step, index, step.units[index]?.statements[0]?.text)),
  aftermath: open(step, index)
})

const foreign = ({ step }: Course, index: number, object: string): Stuck => ({
  unit: index,
  fault: Fault.ours(
    "BF005",
    `there is an ${object} that this migration did not build`,
    "drop it, then run again",
    "PostgreSQL leaves one when a concurrent build fails; it does not serve queries and must not count as success"
  ),
  aftermath: progress(step, index)
})
