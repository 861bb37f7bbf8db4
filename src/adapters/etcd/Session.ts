import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { renderRequirement } from "../../domain/Dependency.ts"
import type { Statement, Step } from "../../domain/Plan.ts"
import type { StepOutcome, StoreSession, Work } from "../../ports/Connections.ts"
import * as Outcome from "../store/Outcome.ts"
import * as Course from "./Course.ts"
import * as Fault from "./Fault.ts"
import { intruded } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"
import type { Live } from "./Live.ts"
import * as Rights from "./Rights.ts"

/** Exclusive access to one schema, for as long as its lock is held. */
export const make = (live: Live): StoreSession => {
  let cancelled = false
  return {
    entries: [...live.entries.values()].map(Ledger.plain),
    // A step at a time is sent.
    halt: Effect.void,
    cancel: Effect.sync(() => {
      cancelled = true
    }),
    run: work =>
      Stream.fromIterable(work).pipe(
        Stream.flatMap(item =>
          Stream.concat(
            Stream.succeed<StepOutcome>({ _tag: "Started", step: item.step }),
            Stream.fromEffect(run(live, item, () => cancelled))
          )
        ),
        Stream.takeUntil(({ _tag }) => _tag === "Failed")
      ),
    rehearse: work =>
      Stream.fromIterable(work).pipe(
        Stream.map(({ step }): StepOutcome => ({ _tag: "Skipped", step, reason: notRehearsed }))
      )
  }
}

const notRehearsed = "etcd cannot take back what was executed: not rehearsed"

const run = (live: Live, work: Work, isCancelled: () => boolean): Effect.Effect<StepOutcome> =>
  Effect.gen(function* () {
    const { step } = work
    const began = yield* Clock.currentTimeMillis
    const refused = refusal(live, step) ?? (yield* unmet(live, step))
    const stuck =
      refused === undefined
        ? yield* Course.follow(live, work, isCancelled)
        : { unit: 0, fault: refused.fault, aftermath: Outcome.nothingLeft }
    const durationMs = (yield* Clock.currentTimeMillis) - began
    if (stuck === undefined) return { _tag: "Applied", step, durationMs }
    const { fault, aftermath, unit } = stuck
    const only = step.units[unit]?.statements ?? []
    const statement = refused?.statement ?? (only.length === 1 ? only[0] : undefined)
    return Outcome.failed(
      step,
      Rights.explain(live.client.settings, live.keys, live.schema, fault),
      { aftermath, attempts: 1, durationMs },
      statement === undefined
        ? undefined
        : { line: statement.line, column: statement.column, statement: statement.text }
    )
  })

interface Refusal {
  readonly fault: Fault.Fault
  readonly statement?: Statement | undefined
}

/** Looked for before the first transaction: afterwards half of the step would stand. */
const refusal = (live: Live, step: Step): Refusal | undefined => {
  for (const [unit, { statements }] of step.units.entries()) {
    for (const [index, operation] of Course.operationsOf(step, unit).entries()) {
      const prefix = intruded(live.keys, live.schema, operation)
      if (prefix !== undefined) return { fault: intrusion(prefix), statement: statements[index] }
    }
  }
  return undefined
}

const intrusion = (prefix: string): Fault.Refused =>
  Fault.ours("BF013", `it would change what is below ${prefix}: there BfM keeps its ledger and its locks`)

/** Keys that have to be there, as the script writes them. */
const unmet = (live: Live, step: Step): Effect.Effect<Refusal | undefined> =>
  Effect.gen(function* () {
    const { client, keys } = live
    const missing: Array<string> = []
    for (const requirement of step.requires) {
      const operation = {
        operation: "put",
        key: Buffer.from(requirement.name),
        value: Buffer.alloc(0)
      } as const
      const { key } = keys.target(step.schema, operation)
      const { count } = yield* client.patiently(client.range({ key, count_only: true }))
      if (count === "0") missing.push(renderRequirement(requirement))
    }
    if (missing.length === 0) return undefined
    const reason = `bfm-requires: ${missing.join(", ")} not found`
    return { fault: Fault.ours("BF007", reason, "apply what creates it first, or take it out of requires") }
  }).pipe(Effect.catchAll(fault => Effect.succeed({ fault })))
