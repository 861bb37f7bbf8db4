import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LockBusy, StateUnavailable } from "../domain/Errors.ts"

/** What is locked: one schema of one connection. */
export interface LockKey {
  readonly connection: string
  readonly schema: string
}

/** Who locks: shown to those who wait. */
export interface LockHolder {
  readonly runId: string
  readonly actor: string
}

export interface HeldLock extends LockKey, LockHolder {
  /** Milliseconds since the epoch. */
  readonly since: number
}

/**
 * One run at a time per connection and schema, across processes. Held by a live session of the state
 * database: a dead holder never blocks. The store's own session fences it (see `Store.session`).
 */
export class Lock extends Context.Tag("bfm/Lock")<
  Lock,
  {
    /**
     * Takes the lock until the scope closes. Waits at most `wait` milliseconds, without holding a snapshot
     * open; then fails with the holder's name. `waiting` is told once, when it has to wait at all.
     */
    readonly acquire: (
      key: LockKey,
      holder: LockHolder,
      wait: number,
      waiting: (holder: string) => Effect.Effect<void>
    ) => Effect.Effect<void, LockBusy | StateUnavailable, Scope.Scope>
    /** Takes those that are free now, until the scope closes, and says which: nobody is waited for. */
    readonly attempt: (
      keys: ReadonlyArray<LockKey>,
      holder: LockHolder
    ) => Effect.Effect<ReadonlyArray<boolean>, StateUnavailable, Scope.Scope>
    /** Locks that live sessions hold now. */
    readonly held: Effect.Effect<ReadonlyArray<HeldLock>, StateUnavailable>
  }
>() {}
