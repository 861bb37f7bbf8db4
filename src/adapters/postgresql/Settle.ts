import * as Effect from "effect/Effect"
import type { LockBusy } from "../../domain/Errors.ts"
import type { StepOutcome, Work } from "../../ports/Connections.ts"
import type { Entry } from "../store/Journal.ts"
import * as Fault from "./Fault.ts"
import type { Live } from "./Live.ts"
import { reset } from "./Message.ts"
import * as Report from "./Report.ts"

/** What is true after a fault: the ledger was asked, nothing is guessed. */
export interface Settled {
  /** Steps whose transaction was committed before the fault. */
  readonly done: ReadonlyArray<Work>
  /** The step in which the fault happened, and what comes after it. */
  readonly rest: ReadonlyArray<Work>
}

/** Whether the ledger says that this run has done the step. */
export const isDone = (entries: ReadonlyArray<Entry>, { step }: Work): boolean => {
  const entry = entries.find(({ migrationId }) => migrationId === step.migration_id)
  return step.direction === "down" ? entry === undefined : entry?.state === "applied"
}

/**
 * Undoes what is open, or, when the connection is gone, waits until the old session has ended and asks over
 * a new one: a commit whose answer was lost is found in the ledger.
 */
export const settle = (live: Live, works: ReadonlyArray<Work>, fault: Fault.Fault) =>
  Effect.gen(function* () {
    if (fault._tag === "Lost") yield* live.drop
    else yield* Effect.flatMap(live.wire, wire => wire.send(`ROLLBACK;${reset}`))
    const entries = yield* live.entries
    const first = works.findIndex(work => !isDone(entries, work))
    const cut = first === -1 ? works.length : first
    return { done: works.slice(0, cut), rest: works.slice(cut) } satisfies Settled
  })

/** Neither the old nor a new session could be asked what became of the step: honest about not knowing. */
export const unanswered = (work: Work, error: Fault.Fault | LockBusy): StepOutcome => {
  const fault = error._tag === "LockBusy" ? new Fault.Lost({ reason: error.message, code: undefined }) : error
  return Report.failed(work.step, fault, {
    aftermath: `it is not known yet whether it was applied (${error.message}); the ledger in the database knows: bfm status`,
    attempts: 1,
    durationMs: 0
  })
}
