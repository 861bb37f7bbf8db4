import * as Effect from "effect/Effect"
import type { StateUnavailable } from "../../domain/Errors.ts"
import { isListening, type Worker } from "../../domain/Worker.ts"
import { Fleet } from "../../ports/Fleet.ts"

/** Milliseconds of silence after which a worker is taken to be gone. */
export const silence = 6_000

/** What is said of runs that are queued for nobody. */
export const nobody = "the run is queued, and no worker listens: start one with bfm worker"

/** The fleet as it is now; with those of which nothing was heard for a while. */
export const list: Effect.Effect<ReadonlyArray<Worker>, StateUnavailable, Fleet> = Effect.flatMap(
  Fleet,
  ({ workers }) => workers(silence)
)

/** Whether anybody would carry out what is queued. A state that cannot be asked says so itself elsewhere. */
export const areListening = (fleet: Fleet["Type"]): Effect.Effect<boolean> =>
  Effect.match(fleet.workers(silence), {
    onFailure: () => true,
    onSuccess: workers => workers.some(isListening)
  })
