import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateUnavailable } from "../domain/Errors.ts"
import type { Run } from "../domain/Run.ts"
import type { Worker } from "../domain/Worker.ts"

/** What a worker says of itself. */
export type Sign = Pick<
  Worker,
  "id" | "host" | "pid" | "version" | "since" | "draining" | "capacity" | "runs"
>

/** A queued run that nobody carries out. */
export interface Due {
  readonly id: string
  /** How often it was handed out. */
  readonly attempt: number
  /** The worker that has fallen silent over it. */
  readonly owner?: string
}

/** A run that a worker has now, and nobody else. */
export interface Claim {
  readonly run: Run
  /** Larger than that of everybody who had it before. */
  readonly fence: number
  /** The number of its last event. */
  readonly after: number
}

/** After how many milliseconds, by the database's clock, what was not heard of is taken to be lost. */
export interface Patience {
  /** Of the worker that has a run. */
  readonly silence: number
  /** Of a run that was handed out and that nobody has begun. */
  readonly handedOut: number
}

/** The workers, and the runs that wait for them: in the state, where every process can see them. */
export class Fleet extends Context.Tag("bfm/Fleet")<
  Fleet,
  {
    /** A sign of life. Forgets workers of which nothing was heard for an hour. */
    readonly beat: (sign: Sign) => Effect.Effect<void, StateUnavailable>
    readonly leave: (id: string) => Effect.Effect<void, StateUnavailable>
    /** By their ids; `alive` when heard within so many milliseconds. */
    readonly workers: (silence: number) => Effect.Effect<ReadonlyArray<Worker>, StateUnavailable>
    /** The oldest first. */
    readonly due: (patience: Patience) => Effect.Effect<ReadonlyArray<Due>, StateUnavailable>
    /** Notes that the run is handed out once more; false when somebody else has done so. */
    readonly handOut: (due: Due, notice: string | undefined) => Effect.Effect<boolean, StateUnavailable>
    /** Takes a run that nobody has, or whose worker has been silent for so long. */
    readonly claim: (
      id: string,
      owner: string,
      silence: number
    ) => Effect.Effect<Claim | undefined, StateUnavailable>
    /** Gives it back: it is handed out again at once, or when the time for that has come. */
    readonly release: (
      id: string,
      fence: number,
      notice: string | undefined
    ) => Effect.Effect<void, StateUnavailable>
  }
>() {}
