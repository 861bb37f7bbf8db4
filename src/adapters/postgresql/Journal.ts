import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Step, Unit } from "../../domain/Plan.ts"
import type { StepOutcome, Work } from "../../ports/Connections.ts"
import * as Evidence from "./Evidence.ts"
import * as Fault from "./Fault.ts"
import type { Entry } from "./Ledger.ts"
import type { Live } from "./Live.ts"
import * as Message from "./Message.ts"
import * as Report from "./Report.ts"
import type { Wire } from "./Wire.ts"

/** A unit that did not succeed, and what is left of it. */
interface Stuck {
  readonly unit: number
  readonly fault: Fault.Fault
  readonly aftermath: string
}

/**
 * Runs a step whose statements stand outside a common transaction. Each unit is journalled in the ledger:
 * an atomic one together with its mark, any other between two marks. After a crash the journal says where to
 * go on, and the catalog whether the unit that was under way has landed.
 */
export const run = (
  live: Live,
  { step }: Work
): Effect.Effect<StepOutcome, Fault.Fault | Effect.Effect.Error<Live["wire"]>> =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const wire = yield* live.wire
    const entry = (yield* live.entries).find(({ migrationId }) => migrationId === step.migration_id)
    const stuck = yield* units(live, wire, step, entry)
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (stuck !== undefined) {
      return Report.failed(step, stuck.fault, {
        aftermath: stuck.aftermath,
        attempts: 1,
        durationMs,
        unit: stuck.unit
      })
    }
    return { _tag: "Applied", step, durationMs }
  })

const units = Effect.fnUntraced(function* (live: Live, wire: Wire, step: Step, entry: Entry | undefined) {
  const resumes = entry?.state === "running" && entry.direction === step.direction
  const done = resumes ? entry.unitsDone : 0
  if (resumes && entry.doneHash !== hash(step.units.slice(0, done))) {
    return edited(step, done)
  }
  if (!resumes) {
    yield* wire.send(`BEGIN;${Message.createSchema(step)}${live.ledger.begin(step, live.context)};COMMIT`)
  }
  for (const [offset, unit] of step.units.slice(done).entries()) {
    const index = done + offset
    const doubtful = offset === 0 && resumes && entry.unitBegun
    const stuck = unit.atomic
      ? yield* atomic(live, wire, step, index)
      : yield* alone(live, wire, step, unit, index, doubtful)
    if (stuck !== undefined) return stuck
  }
  yield* wire.send(step.direction === "up" ? live.ledger.finish(step) : live.ledger.remove(step))
  return undefined
})

/** Hash over what is done: the rest of a file may be mended, what has happened may not be rewritten. */
const hash = (done: ReadonlyArray<Unit>): string => {
  const digest = createHash("sha256")
  for (const unit of done) {
    for (const { text } of unit.statements) digest.update(text).update("\0")
  }
  return digest.digest("hex")
}

const mark = (live: Live, step: Step, done: number, doubt?: string): string =>
  live.ledger.mark(step, done, hash(step.units.slice(0, done)), doubt)

const progress = (step: Step, index: number): string =>
  `${index} of ${step.units.length} parts are done and stay; the next run goes on with part ${index + 1}`

const edited = (step: Step, done: number): Stuck => ({
  unit: done,
  fault: Fault.ours(
    "BF003",
    `the first ${done} parts of this migration are applied already and were edited since`,
    "restore them as they were; only what comes after may be changed"
  ),
  aftermath: progress(step, done)
})

/** One transaction with its mark: no doubt can remain. */
const atomic = Effect.fnUntraced(function* (live: Live, wire: Wire, step: Step, index: number) {
  const unit = step.units[index]
  if (unit === undefined) return undefined
  const text = `${Message.open(step, true)}${Message.body(unit, wire.pid)}${Message.ourselves}${mark(live, step, index + 1)};COMMIT;${Message.reset}`
  const answer = yield* Effect.either(wire.send(text))
  if (answer._tag === "Right") return undefined
  if (answer.left._tag === "Lost") return yield* lost(live, step, index, answer.left)
  yield* wire.send(`ROLLBACK;${Message.reset}`)
  return { unit: index, fault: answer.left, aftermath: progress(step, index) } satisfies Stuck
})

/** One statement by itself, between the mark that it was begun and the mark that it is done. */
const alone = Effect.fnUntraced(function* (
  live: Live,
  wire: Wire,
  step: Step,
  unit: Unit,
  index: number,
  doubtful: boolean
) {
  const verify = unit.verify ?? { _tag: "Unknown" as const }
  yield* wire.send(Message.standalone(step))
  const before = yield* Evidence.gather(wire, verify)
  if (doubtful && before._tag === "Unclear") return undecided(step, index)
  if (!doubtful && before._tag === "Leftover") return foreign(step, index, before.object)
  if (doubtful && before._tag === "Leftover") yield* wire.send(before.clear)
  if (!doubtful || before._tag !== "Landed") {
    yield* wire.send(mark(live, step, index, JSON.stringify(verify)))
    const answer = yield* Effect.either(wire.send(unit.statements.map(({ text }) => text).join(";\n")))
    if (answer._tag === "Left") return yield* refused(live, wire, step, unit, index, answer.left)
    const after = yield* Evidence.gather(wire, verify)
    if (after._tag === "Leftover") return foreign(step, index, after.object)
  }
  yield* wire.send(`${mark(live, step, index + 1)};${Message.reset}`)
  return undefined
})

/** The server said no. An index build leaves something behind: the doubt stays noted, the next run clears it. */
const refused = Effect.fnUntraced(function* (
  live: Live,
  wire: Wire,
  step: Step,
  unit: Unit,
  index: number,
  fault: Fault.Fault
) {
  if (fault._tag === "Lost") return yield* lost(live, step, index, fault)
  const left = yield* Evidence.gather(wire, unit.verify ?? { _tag: "Unknown" })
  const keeps = left._tag === "Leftover"
  yield* wire.send(`${keeps ? "" : `${mark(live, step, index)};`}${Message.reset}`)
  const note = keeps ? `; an ${left.object} was left by PostgreSQL, the next run drops and rebuilds it` : ""
  return { unit: index, fault, aftermath: `${progress(step, index)}${note}` } satisfies Stuck
})

/** The connection is gone in mid-unit: the journal knows, the next run asks the catalog. */
const lost = Effect.fnUntraced(function* (live: Live, step: Step, index: number, fault: Fault.Lost) {
  yield* live.drop
  return {
    unit: index,
    fault,
    aftermath: `${progress(step, index)}, after the catalog has been asked whether that part has landed`
  } satisfies Stuck
})

const undecided = (step: Step, index: number): Stuck => ({
  unit: index,
  fault: Fault.ours(
    "BF004",
    `part ${index + 1} of ${step.units.length} was interrupted, and the catalog cannot tell whether it took effect`,
    `look, then say what is true: bfm resolve ${step.id} --applied, or --pending to run it from the beginning`,
    step.units[index]?.statements[0]?.text
  ),
  aftermath: progress(step, index)
})

const foreign = (step: Step, index: number, object: string): Stuck => ({
  unit: index,
  fault: Fault.ours(
    "BF005",
    `there is an ${object} that this migration did not build`,
    "drop it, then run again",
    "PostgreSQL leaves one when a concurrent build fails; it does not serve queries and must not count as success"
  ),
  aftermath: progress(step, index)
})
