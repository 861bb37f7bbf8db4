import type { SqlError } from "@effect/sql/SqlError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { EmbeddedUnavailable, StateUnavailable } from "../../domain/Errors.ts"
import type { LockHolder, LockKey } from "../../ports/Lock.ts"
import { StateDatabase } from "./Database.ts"
import type { LockSession, Wanted } from "./Dialect.ts"
import * as Failure from "./Failure.ts"

/** A lock that this process has, and the session whose life it shares. */
export interface Taken {
  readonly key: LockKey
  readonly session: LockSession
}

interface Opened {
  readonly session: LockSession
  readonly scope: Scope.CloseableScope
  /** How many locks of this process live in it. */
  held: number
}

/** Locks that somebody waits to hear of. */
interface Asked {
  readonly wanted: ReadonlyArray<Wanted>
  /** Of each of them, in their order. */
  readonly answer: Deferred.Deferred<ReadonlyArray<Taken | undefined>, StateUnavailable>
}

const action = "take the lock"

/**
 * The session in which this process keeps its locks, opened at the first attempt and again after it was lost. One of
 * which nobody knows any more whether it answers stays open as long as locks live in it: whoever works under them was
 * not told that they ended. A session may take its own lock twice, so who has what in this process is kept here too.
 */
export const make = Effect.gen(function* () {
  const { dialect, prepare } = yield* StateDatabase
  const taken = new Set<string>()
  const background = yield* Effect.scope
  const sessions = new Map<LockSession, Opened>()
  let opened: Opened | undefined
  // The session answers one question at a time.
  const alone = (yield* Effect.makeSemaphore(1)).withPermits(1)

  const close = (one: Opened) =>
    Effect.suspend(() => {
      sessions.delete(one.session)
      return Scope.close(one.scope, Exit.void)
    })
  yield* Effect.addFinalizer(() => alone(Effect.forEach([...sessions.values()], close, { discard: true })))

  /** Nobody takes a lock there any more; it ends with its last one. */
  const retire = (one: Opened) =>
    Effect.suspend(() => {
      if (opened === one) opened = undefined
      return one.held === 0 && sessions.has(one.session) ? close(one) : Effect.void
    })

  /** What cannot be given back ends with the session. Whether one in doubt ever answers, nobody waits to know. */
  const free = (one: Opened, keys: ReadonlyArray<LockKey>) => {
    const released = Effect.catchAll(one.session.release(keys), () => retire(one))
    return one.session.isAlive()
      ? released
      : Effect.zipRight(retire(one), Effect.forkIn(Effect.ignore(released), background))
  }

  const open = Effect.gen(function* () {
    if (opened?.session.isAlive() === true) return opened
    if (opened !== undefined) yield* retire(opened)
    const scope = yield* Scope.make()
    const session = yield* Scope.extend(dialect.session, scope).pipe(
      Effect.onError(cause => Scope.close(scope, Exit.failCause(cause)))
    )
    const fresh: Opened = { session, scope, held: 0 }
    sessions.set(session, fresh)
    opened = fresh
    return fresh
  })

  /** What is asked for while a question is under way goes into the next one, all together. */
  let waiting: Array<Asked> = []

  const attemptOnce = (wanted: ReadonlyArray<Wanted>) =>
    Effect.gen(function* () {
      const one = yield* open
      const { session } = one
      const keys = wanted.map(({ key }) => key)
      // The locks may be taken although it could not be noted.
      const got = yield* Effect.onError(session.attempt(wanted), () => free(one, keys))
      one.held += got.filter(Boolean).length
      return wanted.map(({ key }, index) => (got[index] === true ? { key, session } : undefined))
    })

  const cut = (error: SqlError | EmbeddedUnavailable) => Failure.isCut(dialect, error)
  const outdated = (error: SqlError | EmbeddedUnavailable) => dialect.isOutdated(Failure.code(dialect, error))

  const ask = alone(
    Effect.suspend(() => {
      const asked = waiting
      waiting = []
      if (asked.length === 0) return Effect.void
      const attempts = attemptOnce(asked.flatMap(({ wanted }) => wanted))
      return attempts.pipe(
        // A session that died while nobody used it has kept no lock.
        Effect.catchIf(cut, () => attempts),
        Effect.catchIf(outdated, () => Effect.zipRight(prepare(action), attempts)),
        Effect.mapError(Failure.unavailable(dialect, action)),
        Effect.exit,
        Effect.flatMap(exit => {
          let from = 0
          return Effect.forEach(
            asked,
            ({ wanted, answer }) => {
              const [first, last] = [from, from + wanted.length]
              from = last
              return Deferred.done(
                answer,
                Exit.map(exit, found => found.slice(first, last))
              )
            },
            { discard: true }
          )
        })
      )
    })
  )

  /** Those that were free, where they stood among the keys. */
  const attempt = (
    keys: ReadonlyArray<LockKey>,
    holder: LockHolder
  ): Effect.Effect<ReadonlyArray<Taken | undefined>, StateUnavailable> =>
    Effect.gen(function* () {
      const free = keys.map(key => {
        const isFree = !taken.has(nameOf(key))
        taken.add(nameOf(key))
        return isFree
      })
      const wanted = keys.filter((_, index) => free[index]).map(key => ({ key, holder }))
      if (wanted.length === 0) return keys.map(() => undefined)
      const forget = ({ key }: Wanted) => void taken.delete(nameOf(key))
      const answer = yield* Deferred.make<ReadonlyArray<Taken | undefined>, StateUnavailable>()
      waiting.push({ wanted, answer })
      yield* ask
      const found = yield* Effect.onError(Deferred.await(answer), () =>
        Effect.sync(() => wanted.forEach(forget))
      )
      for (const [index, one] of wanted.entries()) if (found[index] === undefined) forget(one)
      const got = found.values()
      return free.map(isFree => (isFree ? got.next().value : undefined))
    })

  let leaving: Array<Taken> = []

  const giveBack = alone(
    Effect.suspend(() => {
      const given = leaving
      leaving = []
      const done = Effect.sync(() => {
        for (const { key } of given) taken.delete(nameOf(key))
      })
      const released = Effect.forEach(
        [...sessions.values()],
        one => {
          const keys = given.filter(({ session }) => session === one.session).map(({ key }) => key)
          one.held -= keys.length
          return keys.length === 0 ? Effect.void : free(one, keys)
        },
        { discard: true }
      )
      return Effect.ensuring(released, done)
    })
  )

  /** Never fails: locks that cannot be given back end with their session. */
  const release = (held: ReadonlyArray<Taken>): Effect.Effect<void> =>
    Effect.suspend(() => {
      leaving.push(...held)
      return giveBack
    })

  return { attempt, release }
})

const nameOf = ({ connection, schema }: LockKey): string => JSON.stringify([connection, schema])
