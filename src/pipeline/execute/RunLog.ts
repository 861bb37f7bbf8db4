import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BfmError } from "../../domain/Errors.ts"
import type { Event, Failure, Run } from "../../domain/Run.ts"

/** What the log of a service tells of a run: why steps failed, and how it ended. */
export const tell = (run: Run, event: Event): Effect.Effect<void> => {
  const { id, actor, direction, total, succeeded, failed } = run
  switch (event._tag) {
    case "StepFailed":
      return annotated(id, Effect.logError(reasonOf(event.failure)))
    case "Warned":
      return annotated(id, Effect.logWarning(event.message))
    case "RunFinished":
      return annotated(
        id,
        Effect.annotateLogs(Effect.logInfo(`run ${event.state}`), {
          actor: actor.name,
          direction,
          total,
          succeeded,
          failed,
          duration_ms: event.duration_ms
        })
      )
    default:
      return Effect.void
  }
}

/** A run that came to nothing. */
export const failed = ({ id }: Run, cause: Cause.Cause<BfmError>): Effect.Effect<void> =>
  annotated(
    id,
    Option.match(Cause.failureOption(cause), {
      onNone: () => Effect.logError("run failed by a mistake in bfm itself", cause),
      onSome: ({ message }) => Effect.logWarning(`run failed: ${message}`)
    })
  )

const annotated = (id: string, log: Effect.Effect<void>) => Effect.annotateLogs(log, "run_id", id)

const reasonOf = ({ id, code, reason, path, line, aftermath }: Failure): string =>
  `${id} failed: ${code === undefined ? "" : `${code} `}${reason} (${path}${line === undefined ? "" : `:${line}`}); ${aftermath}`
