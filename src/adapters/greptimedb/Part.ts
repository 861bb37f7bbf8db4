import * as Effect from "effect/Effect"
import { isAboutDatabase } from "../../domain/greptimedb/Script.ts"
import type { Step, Unit } from "../../domain/Plan.ts"
import type { Verify } from "../../domain/Verify.ts"
import * as Journal from "../store/Journal.ts"
import * as Client from "./Client.ts"
import * as Evidence from "./Evidence.ts"
import * as Fault from "./Fault.ts"
import type { Keeper } from "./Keeper.ts"
import type { Live } from "./Live.ts"
import { defaultDatabase } from "./Settings.ts"

/** One step on its way. */
export interface Course {
  readonly live: Live
  readonly step: Step
  readonly keeper: Keeper
}

export type Stuck = Journal.Stuck<Fault.Fault>

/** How often the catalog is looked at before "not there" is believed: the server goes on without its client. */
const looks = 4

/** One statement, between the note that it was begun and the note that it is done. */
export const run = Effect.fnUntraced(function* (
  course: Course,
  unit: Unit,
  index: number,
  doubt: string | undefined
) {
  const noted = doubt === undefined ? undefined : Journal.readDoubt(doubt, unit)
  if (noted !== undefined) {
    const found = yield* settled(course.live, noted.verify, noted.met)
    if (found._tag === "Unclear") return unknown(course, index, found.says)
    if (found._tag === "Landed" && noted.text === Journal.textOf(unit)) return yield* done(course, index)
  }
  return yield* send(course, unit, index, noted?.text === Journal.textOf(unit) ? noted.met : undefined)
})

/** `before`: whether its aim was met before it was begun the first time; it may have landed since then. */
const send = Effect.fnUntraced(function* (
  course: Course,
  unit: Unit,
  index: number,
  before: boolean | undefined
) {
  const { live, keeper } = course
  const verify = unit.verify ?? Journal.unclear
  const met = before ?? (yield* isMet(live, verify))
  yield* keeper.mark(index, Journal.noteDoubt(unit, met))
  const stuck = yield* deliver(course, unit, index, { verify, met, doubtful: before !== undefined })
  if (stuck !== undefined) return stuck
  const left = yield* leftovers(course, verify, index)
  return left ?? (yield* done(course, index))
})

/** Whether what the statement is for is so already: asked before it is sent, where the catalog can tell. */
const isMet = ({ client, database }: Live, verify: Verify): Effect.Effect<boolean, Fault.Fault> =>
  verify._tag === "RowsWritten"
    ? Effect.succeed(false)
    : Effect.map(Evidence.look(client, database, verify), found => found._tag === "Seen" && found.met)

/** The last part is noted by the end of the step. */
const done = ({ step, keeper }: Course, index: number): Effect.Effect<undefined, Fault.Fault> =>
  index + 1 === step.units.length ? Effect.succeed(undefined) : Effect.as(keeper.mark(index + 1), undefined)

interface Aim {
  readonly verify: Verify
  readonly met: boolean
  /** It may have landed already. */
  readonly doubtful: boolean
}

/** Sends it until it is known what became of it, or nothing more can be found out now. */
const deliver = (
  course: Course,
  unit: Unit,
  index: number,
  aim: Aim,
  tried = 0
): Effect.Effect<Stuck | undefined, Fault.Fault> =>
  Effect.gen(function* () {
    const { live, step } = course
    const answer = yield* Effect.either(statement(course, unit))
    if (answer._tag === "Right") return undefined
    const fault = answer.left
    if (fault._tag === "Refused" && !aim.doubtful) return yield* refused(course, index, fault)
    const found = yield* settled(live, aim.verify, aim.met).pipe(
      // Nobody to ask: what is known is the first fault.
      Effect.orElseSucceed(() => ({ _tag: "Unreachable" as const }))
    )
    if (found._tag === "Landed") return undefined
    if (fault._tag === "Refused") return yield* refused(course, index, fault)
    if (found._tag === "NotBegun" && fault.again && tried < live.retries) {
      yield* Client.pause(tried)
      return yield* deliver(course, unit, index, { ...aim, doubtful: true }, tried + 1)
    }
    return {
      unit: index,
      fault: explained(course, index, fault, found),
      aftermath: found._tag === "Unclear" ? Journal.open(step, index) : Journal.doubted(step, index)
    }
  })

const statement = ({ live, step }: Course, unit: Unit) => {
  const text = Journal.textOf(unit)
  const database = isAboutDatabase(text) ? defaultDatabase : live.database
  return live.client.send(text, database, { timeout: step.statement_timeout, signal: live.signal })
}

type Found =
  | { readonly _tag: "Landed" }
  | { readonly _tag: "NotBegun"; readonly says?: string }
  | { readonly _tag: "Unclear"; readonly says?: string | undefined }
  | { readonly _tag: "Unreachable" }

/** What the catalog says of a statement that may have landed, looked at for a while. */
const settled = (live: Live, verify: Verify, met: boolean): Effect.Effect<Found, Fault.Fault> =>
  Effect.gen(function* () {
    for (let looked = 1; ; looked++) {
      const found = yield* Evidence.look(live.client, live.database, verify)
      if (found._tag === "Unclear") return { _tag: "Unclear", says: found.says }
      if (found._tag === "Harmless") return { _tag: "NotBegun" }
      if (found.met && !met) return { _tag: "Landed" }
      // What was so before cannot tell of this statement: then the server refuses it, and says so.
      if (found.met || looked === looks) return { _tag: "NotBegun", says: found.says }
      yield* Client.pause(looked - 1)
    }
  })

/** The server's words, with what the catalog said. */
const explained = ({ step }: Course, index: number, fault: Fault.Lost, found: Found): Fault.Fault => {
  if (found._tag === "NotBegun" && found.says !== undefined) {
    return new Fault.Refused({ code: fault.code ?? "BF004", reason: fault.reason, detail: found.says })
  }
  if (found._tag !== "Unclear") return fault
  const { hint, detail } = Journal.undecided(step, index, found.says)
  return new Fault.Refused({ code: fault.code ?? "BF004", reason: fault.reason, detail, hint })
}

/** It took no effect: what was noted of it is taken back. */
const refused = Effect.fnUntraced(function* (course: Course, index: number, fault: Fault.Refused) {
  const { step, keeper } = course
  const untouched = index === 0
  yield* Effect.ignore(untouched ? keeper.withdraw : keeper.mark(index))
  const aftermath = untouched ? "nothing of it was done" : Journal.progress(step, index)
  return { unit: index, fault, aftermath } satisfies Stuck
})

const unknown = ({ step }: Course, index: number, says: string | undefined): Stuck => ({
  unit: index,
  fault: Fault.refusal(Journal.undecided(step, index, says ?? step.units[index]?.statements[0]?.text)),
  aftermath: Journal.open(step, index)
})

/** DROP … IF EXISTS of several can succeed and leave some of them. */
const leftovers = Effect.fnUntraced(function* (course: Course, verify: Verify, index: number) {
  if (verify._tag !== "Gone" || verify.names.length < 2) return undefined
  const { live, step } = course
  const found = yield* Evidence.look(live.client, live.database, verify)
  if (found._tag !== "Seen" || found.met) return undefined
  const fault = Fault.refusal({
    code: "BF005",
    reason: `GreptimeDB reported success, and ${found.says}`,
    hint: "write one DROP for each: with IF EXISTS and a list it takes the wrong ones when one is missing"
  })
  return { unit: index, fault, aftermath: Journal.progress(step, index) } satisfies Stuck
})
