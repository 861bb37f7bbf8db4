import type * as Effect from "effect/Effect"
import type * as Ref from "effect/Ref"
import type { Actor } from "../../domain/Actor.ts"
import type { Catalog } from "../../domain/Catalog.ts"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import type { Plan, Step } from "../../domain/Plan.ts"
import type { RunOptions } from "../../domain/Request.ts"
import type { Event } from "../../domain/Run.ts"
import type { RunContext, Work } from "../../ports/Connections.ts"
import type { Lanes } from "./Lanes.ts"
import * as Rollout from "./Rollout.ts"
import type { Segment } from "./Segment.ts"
import type { Sessions } from "./Sessions.ts"
import * as Tally from "./Tally.ts"

/** Says what has happened, in its order. Many things at once cost little more than one. */
export type Tell = (events: ReadonlyArray<Event>) => Effect.Effect<void>

/** What is to be executed, and by whom. */
export interface Order {
  readonly plan: Plan
  readonly catalog: Catalog
  readonly runId: string
  readonly actor: Actor
  readonly options: RunOptions
  /** Whether the request named the schema, or meant it with a pattern; for every one where it named none. */
  readonly isAsked: (place: Pick<Step, "connection" | "schema">) => boolean
  /** Told of entries that another run wrote meanwhile, so that the state knows them even if that run is gone. */
  readonly learn: (entry: LedgerEntry) => Effect.Effect<void>
  /** `rehearse`: everything is executed and taken back. */
  readonly mode: "run" | "rehearse"
}

/** A run that goes on: what each of its segments needs. */
export interface Ongoing {
  readonly order: Order
  readonly tally: Tally.Tally
  readonly rollout: Rollout.Rollout
  readonly lanes: Lanes
  readonly sessions: Sessions
  readonly stopping: Ref.Ref<boolean>
  /** Whether other schemas go on when one cannot be worked on. */
  readonly several: boolean
  /** A segment has ended, or does not run: others may begin that waited for it. */
  readonly end: (segment: Segment) => Effect.Effect<void>
  readonly tell: Tell
}

/** Why a step may not run, decided from what has failed so far. */
export const obstacle = (
  { order: { options }, tally, rollout }: Ongoing,
  segment: Segment,
  step: Step
): string | undefined => {
  const wave = rollout.waveOf[segment.index] ?? 0
  const refused = Rollout.refusal(rollout, wave, { lanes: tally.brokenLanes }, options.on_failure)
  if (refused !== undefined && tally.brokenLanes.size === 0) return refused
  return Tally.obstacle(tally, step) ?? refused
}

export const contextOf = ({ order: { runId, actor, mode } }: Ongoing): RunContext => ({
  runId,
  actor,
  rehearsal: mode === "rehearse"
})

/** The steps with the migrations behind them. */
export const workOf = ({ order: { catalog } }: Ongoing, steps: ReadonlyArray<Step>): ReadonlyArray<Work> =>
  steps.flatMap(step => {
    const migration = catalog.byId.get(step.migration_id)
    return migration === undefined ? [] : [{ step, migration }]
  })
