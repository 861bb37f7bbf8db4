import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type pg from "pg"
import type { LockBusy } from "../../domain/Errors.ts"
import type { RunContext } from "../../ports/Connections.ts"
import type { Entry } from "../store/Journal.ts"
import * as Fault from "./Fault.ts"
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
  readonly wire: Effect.Effect<Wire.Wire, Fault.Fault | LockBusy>
  /** Process id of the backend that was used last. */
  readonly pid: () => number | undefined
  /** Completed when the step in flight is to be cancelled, which a program may be outside of any statement. */
  readonly cancelled: Deferred.Deferred<void>
  /** Gives the connection up: it is broken. */
  readonly drop: Effect.Effect<void>
  /** The ledger of this schema as it stands. */
  readonly entries: Effect.Effect<ReadonlyArray<Entry>, Fault.Fault | LockBusy>
  /** The same as it stood when the session became exclusive; absent where there was no ledger to ask. */
  readonly found: ReadonlyArray<Entry> | undefined
  /** The last message has given the lock back, and left the session clean. */
  readonly left: Effect.Effect<void>
}

interface Opened extends Guarded {
  readonly scope: Scope.CloseableScope
}

interface Guarded {
  readonly wire: Wire.Wire
  /** What the question was answered that went along. */
  readonly answer: Wire.Result | undefined
  /** Nothing is left to be cleaned up. */
  clean: boolean
}

/** One run at a time holds the session; nothing in it is shared between fibers. */
export const make = Effect.fn("Live.make")(function* (
  pool: pg.Pool,
  place: Guard.Place,
  ledger: Ledger.Ledger,
  context: RunContext,
  wait: number,
  waiting: (holder: string) => Effect.Effect<void>,
  /** Whether the ledger is known to be there: then it is read with the message that guards the session. */
  hasLedger: boolean
) {
  const question = hasLedger ? ledger.select(place.connection, place.schema) : ""
  const outer = yield* Effect.scope
  let opened: Opened | undefined
  let lastPid: number | undefined

  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(outer, outer.strategy)
    const made = yield* guarded(pool, place, context, wait, waiting, question).pipe(
      Scope.extend(scope),
      Effect.onError(cause => Scope.close(scope, Exit.failCause(cause)))
    )
    opened = Object.assign(made, { scope })
    lastPid = made.wire.pid
    return made.wire
  }).pipe(Effect.retry({ while: Fault.isStale }))
  const wire = Effect.suspend(() => (opened === undefined ? open : Effect.succeed(opened.wire)))
  const live: Live = {
    pool,
    place,
    ledger,
    context,
    wire,
    pid: () => lastPid,
    cancelled: yield* Deferred.make<void>(),
    drop: Effect.suspend(() => {
      const broken = opened
      opened = undefined
      return broken === undefined ? Effect.void : Scope.close(broken.scope, Exit.void)
    }),
    entries: Effect.flatMap(wire, it => it.send(ledger.select(place.connection, place.schema))).pipe(
      Effect.map(([result]) => Ledger.entriesOf(result))
    ),
    get found() {
      return hasLedger && opened !== undefined ? Ledger.entriesOf(opened.answer) : undefined
    },
    left: Effect.sync(() => {
      if (opened !== undefined) opened.clean = true
    })
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
  waiting: (holder: string) => Effect.Effect<void>,
  question: string
) =>
  Effect.gen(function* () {
    const wire = yield* Wire.acquire(pool)
    const made: { -readonly [Key in keyof Guarded]: Guarded[Key] } = { wire, answer: undefined, clean: false }
    yield* Effect.addFinalizer(() =>
      // All that DISCARD ALL does, in one message.
      made.clean ? Effect.void : Effect.ignore(wire.send(`ROLLBACK;${reset};${Guard.release}`))
    )
    const before = `${reset};${nameSession(context)};`
    made.answer = yield* Guard.acquire(wire, place, wait, waiting, { before, question })
    return made
  })

/** For those who look at the server; it keeps 63 bytes at most. */
export const nameSession = ({ actor, runId }: RunContext): string =>
  `SELECT pg_catalog.set_config('application_name',${literal(`bfm ${actor.name.slice(0, 30)} run ${runId}`)},false)`
