import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Duration from "../../domain/Duration.ts"
import { LockBusy, type StateUnavailable } from "../../domain/Errors.ts"
import { type HeldLock, Lock, type LockHolder, type LockKey } from "../../ports/Lock.ts"
import { StateDatabase } from "./Database.ts"
import * as LockSessions from "./LockSessions.ts"

/** The first wait between two attempts, and the longest; milliseconds. */
const shortest = 25
const longest = 250

/** What a waiter is told of whom it waits for. */
interface Holder {
  readonly actor: string
  readonly run_id: string
  /** Milliseconds. */
  readonly held_for: number
  readonly current_step: string | null
}

/** `deploy-7 (run 01JC…, since 2m 10s, step 3 of 9: backfill_totals)`. */
const sentence = (holder: Holder | undefined): string => {
  if (holder === undefined) return "another run"
  const step = holder.current_step === null ? "" : `, ${holder.current_step}`
  return `${holder.actor} (run ${holder.run_id}, since ${Duration.render(holder.held_for)}${step})`
}

const make = Effect.gen(function* () {
  const database = yield* StateDatabase
  const sessions = yield* LockSessions.make
  const { statements } = database.dialect

  const holderOf = (key: LockKey) =>
    Effect.map(database.query<Holder>("read who has the lock", statements.holder(key)), ([holder]) => holder)

  const busy = Effect.fnUntraced(function* (key: LockKey, waited: number) {
    const holder = yield* holderOf(key)
    return yield* new LockBusy({
      connection: key.connection,
      schema: key.schema,
      holder: sentence(holder),
      ...(holder === undefined ? {} : { holder_run: holder.run_id }),
      waited
    })
  })

  /** Attempts until it succeeds or the time is over. Only the waiting in between can be interrupted. */
  const acquire = Effect.fn("Lock.acquire")(function* (
    key: LockKey,
    holder: LockHolder,
    wait: number,
    waiting: (holder: string) => Effect.Effect<void>
  ) {
    const begun = yield* Clock.currentTimeMillis
    const loop = (
      restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
      pause: number
    ): Effect.Effect<LockSessions.Taken, LockBusy | StateUnavailable> =>
      Effect.gen(function* () {
        const [taken] = yield* sessions.attempt([key], holder)
        if (taken !== undefined) return taken
        const left = wait - ((yield* Clock.currentTimeMillis) - begun)
        if (left <= 0) return yield* restore(busy(key, (yield* Clock.currentTimeMillis) - begun))
        if (pause === shortest)
          yield* restore(Effect.flatMap(holderOf(key), found => waiting(sentence(found))))
        const jitter = yield* Random.nextRange(0.8, 1.2)
        yield* restore(Effect.sleep(Math.min(pause * jitter, left)))
        return yield* loop(restore, Math.min(pause * 1.6, longest))
      })
    yield* Effect.uninterruptibleMask(restore =>
      Effect.flatMap(loop(restore, shortest), taken => Effect.addFinalizer(() => sessions.release([taken])))
    )
  })

  const attempt = (keys: ReadonlyArray<LockKey>, holder: LockHolder) =>
    sessions.attempt(keys, holder).pipe(
      Effect.tap(found => {
        const taken = found.filter(one => one !== undefined)
        return taken.length === 0 ? Effect.void : Effect.addFinalizer(() => sessions.release(taken))
      }),
      Effect.map(found => found.map(one => one !== undefined)),
      Effect.uninterruptible
    )

  return Lock.of({
    acquire,
    attempt,
    held: Effect.map(
      database.query<{ connection: string; schema: string; run_id: string; actor: string; since: number }>(
        "read the locks",
        statements.held
      ),
      rows =>
        rows.map(
          ({ connection, schema, run_id, actor, since }): HeldLock => ({
            connection,
            schema,
            runId: run_id,
            actor,
            since
          })
        )
    )
  })
})

export const layer: Layer.Layer<Lock, never, StateDatabase> = Layer.scoped(Lock, make)
