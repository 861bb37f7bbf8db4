import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { StoreSession } from "../../ports/Connections.ts"

/** What can be told of a run's end. */
type Session = Pick<StoreSession, "halt" | "cancel">

/** The sessions in which steps are under way: what is told to a run reaches all of them. */
export interface Sessions {
  /** Until the scope closes. Whoever comes after the run was cancelled is cancelled too. */
  readonly add: (session: Session) => Effect.Effect<void, never, Scope.Scope>
  /** Nothing more is to be begun. */
  readonly halt: Effect.Effect<void>
  /** Nor is what has begun to be waited for. */
  readonly cancel: Effect.Effect<void>
}

export const make = (): Sessions => {
  const open = new Map<Session, Scope.Scope>()
  let cancelled = false
  return {
    add: session =>
      Effect.flatMap(Effect.scope, scope => {
        open.set(session, scope)
        const leave = Effect.sync(() => void open.delete(session))
        return Effect.zipRight(Scope.addFinalizer(scope, leave), cancelled ? session.cancel : Effect.void)
      }),
    halt: Effect.suspend(() =>
      Effect.forEach(open, ([session, scope]) => Effect.forkIn(session.halt, scope), { discard: true })
    ),
    cancel: Effect.suspend(() => {
      cancelled = true
      return Effect.forEach(open.keys(), session => session.cancel, {
        concurrency: "unbounded",
        discard: true
      })
    })
  }
}
