import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { renderRequirement } from "../../domain/Dependency.ts"
import { createdDatabase } from "../../domain/greptimedb/Script.ts"
import type { Statement, Step } from "../../domain/Plan.ts"
import type { StepOutcome, Work } from "../../ports/Connections.ts"
import * as Journal from "../store/Journal.ts"
import * as Outcome from "../store/Outcome.ts"
import * as Fault from "./Fault.ts"
import * as Keeper from "./Keeper.ts"
import * as Live from "./Live.ts"
import * as Part from "./Part.ts"
import { identifier } from "./Quote.ts"
import * as Requirements from "./Requirements.ts"

/**
 * Runs a step statement by statement, each journalled in the ledger. After a crash the journal says where to
 * go on, and the catalog whether the statement that was under way has landed.
 */
export const run = (live: Live.Live, { step }: Work): Effect.Effect<StepOutcome> =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const end = yield* attempt(live, step)
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (end === "done") return { _tag: "Applied", step, durationMs }
    if (end === "already") return { _tag: "Skipped", step, reason: "applied by another run meanwhile" }
    const { fault, aftermath, unit } = end
    const statement = step.units[unit]?.statements[0]
    const place = statement === undefined ? undefined : locate(statement, fault)
    return Outcome.failed(step, fault, { aftermath, attempts: 1, durationMs }, place)
  })

type End = "done" | "already" | Part.Stuck

const attempt = (live: Live.Live, step: Step): Effect.Effect<End> => {
  let at = 0
  return Effect.gen(function* () {
    const missing = yield* Requirements.unmet(live.client, live.database, step)
    if (missing.length > 0) return unmet(missing.map(renderRequirement))
    const keeper = yield* Keeper.make(live, step)
    if (step.direction === "up" && keeper.found?.state === "applied")
      return keeper.found.runId === live.context.runId ? "done" : "already"
    const stuck = yield* Journal.follow(step, keeper.found, {
      begin: step.direction === "up" ? ensureDatabase(live, step) : Effect.void,
      unit: (unit, index, doubt) => {
        at = index
        return Part.run({ live, step, keeper }, unit, index, doubt)
      },
      finish: keeper.finish,
      refuse: Fault.refusal
    })
    return stuck ?? "done"
  }).pipe(
    // The ledger cannot be reached, or is another run's now: what was noted last holds.
    Effect.catchAll(fault =>
      Effect.succeed({
        unit: at,
        fault,
        aftermath: fault._tag === "Lost" ? Journal.doubted(step, at) : Journal.progress(step, at)
      })
    )
  )
}

const unmet = (requirements: ReadonlyArray<string>): Part.Stuck => ({
  unit: -1,
  fault: Fault.refusal({
    code: "BF007",
    reason: `bfm-requires: ${requirements.join(", ")} not found`,
    hint: "apply what creates it first, or take the directive out"
  }),
  aftermath: Outcome.nothingLeft
})

/** The database of a step, where it is missing; one that the step makes itself is left to it, with its options. */
const ensureDatabase = ({ client, database }: Live.Live, step: Step): Effect.Effect<void, Fault.Fault> =>
  step.units.some(({ statements }) => statements.some(({ text }) => createdDatabase(text) === database))
    ? Effect.void
    : Effect.flatMap(Live.hasDatabase(client, database), there =>
        there
          ? Effect.void
          : Effect.asVoid(client.ask(`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`))
      )

/** GreptimeDB's parser says where in the statement it stopped; of anything else the statement is all that is known. */
const locate = ({ text, line, column }: Statement, { reason }: Fault.Fault): Outcome.Place => {
  const [, row, offset] = /at Line: (\d+), Column: (\d+)/.exec(reason) ?? []
  if (row === undefined || offset === undefined) return { statement: text, line, column }
  return {
    statement: text,
    line: line + Number(row) - 1,
    column: row === "1" ? column + Number(offset) - 1 : Number(offset)
  }
}
