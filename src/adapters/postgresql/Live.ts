import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type pg from "pg"
import type { LockBusy } from "../../domain/Errors.ts"
import type { RunContext } from "../../ports/Connections.ts"
import type { Entry } from "../store/Journal.ts"
import type { Fault } from "./Fault.ts"
import * as Guard from "./Guard.ts"
import * as Ledger from "./Ledger.ts"
import { reset } from "./Message.ts"
import { literal } from "./Quote.ts"
import * as Wire from "./Wire.ts"

/** The guarded connection of a session; when it was lost, the next use opens and guards another. */
export interface Live {
  readonly pool: pg.Pool
  readonly place: Guard.Place
  readonly ledger: Ledger.Ledger
  readonly context: RunContext
  readonly wire: Effect.Effect<Wire.Wire, Fault | LockBusy>
  /** Process id of the backend that was used last. */
  readonly pid: () => number | undefined
  /** Gives the connection up: it is broken. */
  readonly drop: Effect.Effect<void>
  /** The ledger of this schema as it stands. */
  readonly entries: Effect.Effect<ReadonlyArray<Entry>, Fault | LockBusy>
}

interface Opened {
  readonly wire: Wire.Wire
  readonly scope: Scope.CloseableScope
}

/** One run at a time holds the session; nothing in it is shared between fibers. */
export const make = Effect.fn("Live.make")(function* (
  pool: pg.Pool,
  place: Guard.Place,
  ledger: Ledger.Ledger,
  context: RunContext,
  wait: number,
  waiting: (holder: string) => Effect.Effect<void>
) {
  const outer = yield* Effect.scope
  let opened: Opened | undefined
  let lastPid: number | undefined

  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(outer, outer.strategy)
    const wire = yield* guarded(pool, place, context, wait, waiting).pipe(
      Scope.extend(scope),
      Effect.onError(cause => Scope.close(scope, Exit.failCause(cause)))
    )
    opened = { wire, scope }
    lastPid = wire.pid
    return wire
  })
  const wire = Effect.suspend(() => (opened === undefined ? open : Effect.succeed(opened.wire)))
  const live: Live = {
    pool,
    place,
    ledger,
    context,
    wire,
    pid: () => lastPid,
    drop: Effect.suspend(() => {
      const broken = opened
      opened = undefined
      return broken === undefined ? Effect.void : Scope.close(broken.scope, Exit.void)
    }),
    entries: Effect.flatMap(wire, it => it.send(ledger.select(place.connection, place.schema))).pipe(
      Effect.map(([result]) => Ledger.entriesOf(result))
    )
  }
  yield* wire
  return live
})

/** A connection that holds the lock of the schema, named for those who look at the server, and clean at the end. */
const guarded = (
  pool: pg.Pool,
  place: Guard.Place,
  context: RunContext,
  wait: number,
  waiting: (holder: string) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const wire = yield* Wire.acquire(pool)
    yield* Effect.addFinalizer(() =>
      Effect.ignore(wire.send("ROLLBACK").pipe(Effect.zipRight(wire.send("DISCARD ALL"))))
    )
    yield* wire.send(reset)
    yield* Guard.acquire(wire, place, wait, waiting)
    yield* wire.send(nameSession(context))
    return wire
  })

/** 63 bytes at most is what the server keeps. */
const nameSession = ({ actor, runId }: RunContext): string =>
  `SELECT pg_catalog.set_config('application_name',${literal(`bfm ${actor.name.slice(0, 30)} run ${runId}`)},false)`
