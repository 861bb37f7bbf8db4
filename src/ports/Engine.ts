import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** A run that is handed out to the fleet. */
export interface Job {
  readonly runId: string
  readonly attempt: number
}

/** Brings jobs to workers. It may bring one twice, or lose it: the state knows who has a run. */
export class Engine extends Context.Tag("bfm/Engine")<
  Engine,
  {
    /** Has some worker carry it out. The same job is one job, however often it is submitted. */
    readonly submit: (job: Job) => Effect.Effect<void>
  }
>() {}

/** What a worker does with a job that was brought to it. */
export class Workplace extends Context.Tag("bfm/Workplace")<
  Workplace,
  { readonly carryOut: (job: Job) => Effect.Effect<void> }
>() {}
