import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { EmbeddedUnavailable, StateUnavailable } from "../../domain/Errors.ts"
import type { LockHolder, LockKey } from "../../ports/Lock.ts"
import { StateDatabase } from "./Database.ts"
import type { LockSession } from "./Dialect.ts"
import * as Failure from "./Failure.ts"

/** A lock that this process has, and the session whose life it shares. */
export interface Taken {
  readonly key: LockKey
  readonly session: LockSession
}

interface Opened {
  readonly session: LockSession
  readonly scope: Scope.CloseableScope
}

/**
 * The one session in which this process keeps its locks, opened at the first attempt and again after it was
 * lost. A session may take its own lock twice, so who has what in this process is kept here too.
 */
export const make = Effect.gen(function* () {
  const { dialect, prepare } = yield* StateDatabase
  const taken = new Set<string>()
  let opened: Opened | undefined
  // The session answers one question at a time.
  const alone = (yield* Effect.makeSemaphore(1)).withPermits(1)

  const close = Effect.suspend(() => {
    const scope = opened?.scope
    opened = undefined
    return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
  })
  yield* Effect.addFinalizer(() => alone(close))

  const open = Effect.gen(function* () {
    if (opened?.session.isAlive() === true) return opened.session
    yield* close
    const scope = yield* Scope.make()
    const session = yield* Scope.extend(dialect.session, scope).pipe(
      Effect.onError(cause => Scope.close(scope, Exit.failCause(cause)))
    )
    opened = { session, scope }
    return session
  })

  const attemptOnce = (key: LockKey, holder: LockHolder) =>
    Effect.gen(function* () {
      const session = yield* open
      const got = yield* Effect.onError(session.attempt(key, holder), () =>
        // The lock may be taken although it could not be noted.
        Effect.catchAll(session.release(key), () => close)
      )
      return got ? { key, session } : undefined
    })

  const attempt = (key: LockKey, holder: LockHolder): Effect.Effect<Taken | undefined, StateUnavailable> => {
    const name = JSON.stringify([key.connection, key.schema])
    const action = "take the lock"
    return Effect.suspend(() => {
      if (taken.has(name)) return Effect.succeed(undefined)
      taken.add(name)
      const outdated = (error: SqlError | EmbeddedUnavailable) =>
        dialect.isOutdated(Failure.code(dialect, error))
      return alone(attemptOnce(key, holder)).pipe(
        Effect.catchIf(outdated, () => Effect.zipRight(prepare(action), alone(attemptOnce(key, holder)))),
        Effect.mapError(Failure.unavailable(dialect, action)),
        Effect.onExit(exit =>
          Effect.sync(() => {
            if (!Exit.isSuccess(exit) || exit.value === undefined) taken.delete(name)
          })
        )
      )
    })
  }

  /** Never fails: a lock that cannot be given back ends with its session. */
  const release = ({ key, session }: Taken): Effect.Effect<void> =>
    alone(
      Effect.suspend(() =>
        session === opened?.session && session.isAlive()
          ? Effect.catchAll(session.release(key), () => close)
          : Effect.void
      )
    ).pipe(Effect.ensuring(Effect.sync(() => taken.delete(JSON.stringify([key.connection, key.schema])))))

  return { attempt, release }
})
