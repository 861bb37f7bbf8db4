import { type SqlClient, TransactionConnection } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { StateUnavailable } from "../../domain/Errors.ts"
import type { Dialect, Statement } from "./Dialect.ts"
import * as Failure from "./Failure.ts"

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
    /** The same for a statement that selects `current`: saves asking for the version first. */
    readonly queryCurrent: <Row extends { readonly current: boolean | null }>(
      action: string,
      statement: Statement
    ) => Effect.Effect<ReadonlyArray<Row>, StateUnavailable>
    /** Creates or upgrades the tables where that is needed. */
    readonly prepare: (action: string) => Effect.Effect<void, StateUnavailable>
  }
>() {}

const make = Effect.fnUntraced(function* (dialect: Dialect) {
  const scope = yield* Effect.scope
  const opened = yield* SynchronizedRef.make(Option.none<SqlClient>())
  /** Whether the tables were seen to be current by this process. */
  const seen = yield* Ref.make(false)

  const client = SynchronizedRef.modifyEffect(opened, known =>
    Option.isSome(known)
      ? Effect.succeed([known.value, known] as const)
      : Effect.map(Scope.extend(dialect.open, scope), sql => [sql, Option.some(sql)] as const)
  )

  const send = <Row extends object>(sql: SqlClient, { text, values }: Statement) =>
    sql.unsafe<Row>(text, values)

  const upgrade = (sql: SqlClient, action: string) =>
    Effect.flatMap(dialect.upgrade(sql), verdict =>
      verdict._tag === "Usable"
        ? Ref.set(seen, true)
        : new StateUnavailable({ address: dialect.address, action, reason: verdict.reason })
    )

  /** Sends a statement; once more after an upgrade when a table or column is missing. */
  const guarded = <A>(sql: SqlClient, action: string, effect: Effect.Effect<A, SqlError>) =>
    Effect.catchIf(
      effect,
      error => dialect.isOutdated(Failure.code(error)),
      () => Effect.zipRight(upgrade(sql, action), effect)
    )

  const current = (sql: SqlClient, action: string) =>
    Effect.flatMap(
      guarded(sql, action, send<{ readonly current: boolean | null }>(sql, dialect.statements.version)),
      ([row]) => (row?.current === true ? Ref.set(seen, true) : upgrade(sql, action))
    )

  const run = <A, E>(action: string, use: (sql: SqlClient) => Effect.Effect<A, E>) =>
    Effect.flatMap(client, use).pipe(
      Effect.mapError(Failure.unavailable(dialect.address, action)),
      // A transaction that a caller has open belongs to another database.
      Effect.mapInputContext((context: Context.Context<never>) =>
        Context.omit(TransactionConnection)(context)
      ),
      // The driver waits for a cancelled statement; who is interrupted need not.
      Effect.disconnect
    )

  return StateDatabase.of({
    dialect,
    query: <Row extends object>(action: string, statement: Statement) =>
      run(action, sql =>
        Effect.gen(function* () {
          if (!(yield* Ref.get(seen))) yield* current(sql, action)
          return yield* guarded(sql, action, send<Row>(sql, statement))
        })
      ),
    queryCurrent: <Row extends { readonly current: boolean | null }>(action: string, statement: Statement) =>
      run(action, sql =>
        Effect.gen(function* () {
          const rows = yield* guarded(sql, action, send<Row>(sql, statement))
          if (rows[0]?.current === true) {
            yield* Ref.set(seen, true)
            return rows
          }
          yield* upgrade(sql, action)
          return yield* send<Row>(sql, statement)
        })
      ),
    prepare: action => run(action, sql => upgrade(sql, action))
  })
})

export const layer = (dialect: Dialect): Layer.Layer<StateDatabase> =>
  Layer.scoped(StateDatabase, make(dialect))
