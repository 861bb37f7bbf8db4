import { TransactionConnection } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { StateUnavailable } from "../../domain/Errors.ts"
import type { Tables, Vitals } from "../../domain/Vitals.ts"
import type { Batch } from "./Batch.ts"
import type { Dialect, Pool, Statement } from "./Dialect.ts"
import * as Failure from "./Failure.ts"

/** Whether the tables are current, as the databases say it. */
export type Current = boolean | 1 | 0 | null

/** The state's database, opened when it is first asked, with its tables seen to. */
export class StateDatabase extends Context.Tag("bfm/StateDatabase")<
  StateDatabase,
  {
    readonly dialect: Dialect
    /** Sends one statement. `Row` is what the dialect's own statement selects. */
    readonly query: <Row extends object>(
      action: string,
      statement: Statement
    ) => Effect.Effect<ReadonlyArray<Row>, StateUnavailable>
    /** The same for what is asked all the time. */
    readonly glance: <Row extends object>(
      action: string,
      statement: Statement
    ) => Effect.Effect<ReadonlyArray<Row>, StateUnavailable>
    /** The same for a statement that selects `current`: saves asking for the version first. */
    readonly queryCurrent: <Row extends { readonly current: Current }>(
      action: string,
      statement: Statement
    ) => Effect.Effect<ReadonlyArray<Row>, StateUnavailable>
    /** Writes a batch, all or nothing. */
    readonly write: (action: string, batch: Batch) => Effect.Effect<void, StateUnavailable>
    /** Whether there are any tables, and whether they are of this version; creates and upgrades none. */
    readonly tables: (action: string) => Effect.Effect<Tables, StateUnavailable>
    /** How the server is. */
    readonly vitals: (action: string) => Effect.Effect<Vitals, StateUnavailable>
    /** Creates or upgrades the tables where that is needed. */
    readonly prepare: (action: string) => Effect.Effect<void, StateUnavailable>
  }
>() {}

const make = Effect.fnUntraced(function* (dialect: Dialect) {
  const scope = yield* Effect.scope
  const opened = yield* SynchronizedRef.make(Option.none<Pool>())
  /** Whether the tables were seen to be current by this process. */
  const seen = yield* Ref.make(false)

  const open = SynchronizedRef.modifyEffect(opened, known =>
    Option.isSome(known)
      ? Effect.succeed([known.value, known] as const)
      : Effect.map(Scope.extend(dialect.open, scope), made => {
          const sql = lasting(dialect, made)
          return [sql, Option.some(sql)] as const
        })
  )
  const pool = Effect.flatMap(SynchronizedRef.get(opened), known =>
    Option.isSome(known) ? Effect.succeed(known.value) : open
  )

  const upgrade = (sql: Pool, action: string) =>
    Effect.flatMap(sql.upgrade, verdict =>
      verdict._tag === "Usable"
        ? Ref.set(seen, true)
        : new StateUnavailable({ address: dialect.address, action, reason: verdict.reason })
    )

  /** Sends a statement; once more after an upgrade when a table or column is missing. */
  const guarded = <A>(sql: Pool, action: string, effect: Effect.Effect<A, SqlError>) =>
    Effect.catchIf(
      effect,
      error => dialect.isOutdated(Failure.code(dialect, error)),
      () => Effect.zipRight(upgrade(sql, action), effect)
    )

  const current = (sql: Pool, action: string) =>
    Effect.flatMap(
      guarded(sql, action, sql.send<{ readonly current: Current }>(dialect.statements.version)),
      ([row]) => (isCurrent(row) ? Ref.set(seen, true) : upgrade(sql, action))
    )

  const run = <A, E>(action: string, use: (sql: Pool) => Effect.Effect<A, E>) =>
    Effect.flatMap(pool, use).pipe(
      Effect.mapError(Failure.unavailable(dialect, action)),
      // A transaction that a caller has open belongs to another database.
      Effect.mapInputContext((context: Context.Context<never>) =>
        Context.omit(TransactionConnection)(context)
      ),
      // The driver waits for a cancelled statement; who is interrupted need not.
      Effect.disconnect
    )

  const prepared = <A>(action: string, use: (sql: Pool) => Effect.Effect<A, SqlError>) =>
    run(action, sql =>
      Effect.gen(function* () {
        if (!(yield* Ref.get(seen))) yield* current(sql, action)
        return yield* guarded(sql, action, use(sql))
      })
    )

  return StateDatabase.of({
    dialect,
    query: <Row extends object>(action: string, statement: Statement) =>
      prepared(action, sql => sql.send<Row>(statement)),
    glance: <Row extends object>(action: string, statement: Statement) =>
      Effect.flatMap(pool, sql => sql.glance<Row>(statement)).pipe(
        Effect.mapError(Failure.unavailable(dialect, action))
      ),
    write: (action, batch) => prepared(action, sql => sql.write(batch)),
    queryCurrent: <Row extends { readonly current: Current }>(action: string, statement: Statement) =>
      run(action, sql =>
        Effect.gen(function* () {
          const rows = yield* guarded(sql, action, sql.send<Row>(statement))
          if (isCurrent(rows[0])) {
            yield* Ref.set(seen, true)
            return rows
          }
          yield* upgrade(sql, action)
          return yield* sql.send<Row>(statement)
        })
      ),
    tables: action =>
      run(action, sql =>
        sql.send<{ readonly current: Current }>(dialect.statements.version).pipe(
          Effect.map(([row]): Tables => (isCurrent(row) ? "current" : "other")),
          Effect.catchIf(
            error => dialect.isOutdated(Failure.code(dialect, error)),
            () => Effect.succeed<Tables>("absent")
          )
        )
      ),
    vitals: action =>
      Effect.disconnect(Effect.mapError(dialect.vitals, Failure.unavailable(dialect, action))),
    prepare: action => run(action, sql => upgrade(sql, action))
  })
})

/** Any session may have ended while nobody used it, and all of this may be sent twice. Whoever ends an upgrade means it. */
const lasting = (dialect: Dialect, pool: Pool): Pool => {
  const anew = <A>(sent: Effect.Effect<A, SqlError>) =>
    Effect.retry(sent, { while: error => Failure.isCut(dialect, error), times: pool.capacity })
  return {
    ...pool,
    send: <Row extends object>(statement: Statement) => anew(pool.send<Row>(statement)),
    glance: <Row extends object>(statement: Statement) => anew(pool.glance<Row>(statement)),
    write: batch => anew(pool.write(batch))
  }
}

export const layer = (dialect: Dialect): Layer.Layer<StateDatabase> =>
  Layer.scoped(StateDatabase, make(dialect))

const isCurrent = (row: { readonly current: Current } | undefined): boolean =>
  row?.current === true || row?.current === 1
