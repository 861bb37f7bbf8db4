import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Step } from "../../domain/Plan.ts"
import * as Journal from "../store/Journal.ts"
import * as Fault from "./Fault.ts"
import * as Ledger from "./Ledger.ts"
import * as Live from "./Live.ts"

/**
 * Keeps the ledger's row of one step. GreptimeDB can neither lock nor compare when it writes: before each
 * write, and so before each statement, the row is read again, so that a run whose lock was lost, and whose
 * step another run has taken over, notices and stops.
 */
export interface Keeper {
  /** What the ledger said when this run came to the step. */
  readonly found: Journal.Entry | undefined
  /** So many units are done, and perhaps the next one is under way. */
  readonly mark: (done: number, doubt?: string) => Effect.Effect<void, Fault.Fault>
  /** Nothing of the step was done: as if it had not been begun. */
  readonly withdraw: Effect.Effect<void, Fault.Fault>
  readonly finish: Effect.Effect<void, Fault.Fault>
}

export const make = (live: Live.Live, step: Step): Effect.Effect<Keeper, Fault.Fault> =>
  Effect.map(Live.entry(live, step), found => {
    const { client, ledger, context } = live
    let holder = found?.runId
    const guarded = <A>(write: Effect.Effect<A, Fault.Fault>): Effect.Effect<A, Fault.Fault> =>
      Effect.flatMap(Live.entry(live, step), current =>
        // A write whose answer was lost may be there all the same.
        current?.runId === holder || current?.runId === context.runId ? write : taken(current)
      )
    const write = (change: (at: number) => Journal.Entry) =>
      Effect.gen(function* () {
        const entry = change(yield* Clock.currentTimeMillis)
        yield* guarded(client.ask(ledger.write({ ...entry, runId: context.runId })))
        holder = context.runId
      })
    const erase = guarded(client.ask(ledger.erase(step.migration_id, step.schema)))
    /** A step that is rolled back keeps what is known of how it was applied. */
    const begun = (at: number): Journal.Entry =>
      step.direction === "down" && found !== undefined ? found : Ledger.entryOf(step, context, "running", at)
    return {
      found,
      mark: (done, doubt) =>
        write(at => ({
          ...begun(at),
          state: "running",
          direction: step.direction,
          unitsDone: done,
          doneHash: Journal.hash(step.units.slice(0, done)),
          doubt
        })),
      withdraw:
        step.direction === "down" && found !== undefined
          ? Effect.asVoid(guarded(client.ask(ledger.write(standing(found)))))
          : Effect.asVoid(erase),
      finish:
        step.direction === "down"
          ? Effect.asVoid(erase)
          : write(at => Ledger.entryOf(step, context, "applied", at))
    }
  })

/** A migration of which nothing was rolled back is applied. */
const standing = (entry: Journal.Entry): Journal.Entry => ({
  ...entry,
  state: "applied",
  direction: "up",
  unitsDone: 0,
  doneHash: "",
  doubt: undefined
})

const taken = (current: Journal.Entry | undefined): Fault.Refused =>
  new Fault.Refused({
    code: "BF010",
    reason:
      current === undefined
        ? "the ledger's entry of this step was removed while it ran"
        : `run ${current.runId} (${current.actor}) has taken this step over`,
    hint: "this run has lost its lock: see what the other one came to, with bfm status"
  })
