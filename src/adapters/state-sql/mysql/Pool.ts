import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Mysql from "mysql2"
import type { Server } from "../../postgresql/Settings.ts"
import * as Driver from "./Driver.ts"
import * as Wording from "./Wording.ts"

/** Sends statements to the session that was lent. */
export type Send = <Row extends object>(
  text: string,
  values?: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, SqlError>

/** Lends a session. One in which something failed, or was interrupted, is closed and not lent again. */
export type Lend = <A>(use: (send: Send) => Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>

/** Two that wait for each other: one of them is ended by the server, and may begin again. */
const again = Schedule.recurs(5).pipe(Schedule.addDelayEffect(() => Random.nextIntBetween(5, 50)))

/** Sessions that are opened when they are needed; `answerTime`: milliseconds after which an answer counts as lost. */
export const make = (server: Server, answerTime: number) =>
  Effect.gen(function* () {
    const pool = yield* open(server)
    const born = new WeakMap<Mysql.PoolConnection, number>()

    const prepare = (connection: Mysql.PoolConnection) =>
      born.has(connection)
        ? Effect.void
        : Effect.tap(Driver.query(connection, Driver.session, [], answerTime), () => {
            born.set(connection, Date.now())
          })

    const giveBack = (connection: Mysql.PoolConnection) => {
      const { maxLifetime } = server.pool
      const age = Date.now() - (born.get(connection) ?? 0)
      if (maxLifetime > 0 && age > maxLifetime) connection.end()
      else connection.release()
    }

    const lendOnce: Lend = use =>
      Effect.acquireUseRelease(
        take(pool),
        connection =>
          Effect.zipRight(
            prepare(connection),
            use((text, values = []) => Driver.query(connection, text, values, answerTime))
          ),
        (connection, exit) =>
          Effect.sync(() => (Exit.isSuccess(exit) ? giveBack(connection) : Driver.destroy(connection)))
      )
    const lend: Lend = use => Effect.retry(lendOnce(use), { while: Wording.isDeadlock, schedule: again })
    return lend
  })

const take = (pool: Mysql.Pool): Effect.Effect<Mysql.PoolConnection, SqlError> =>
  Effect.async(resume => {
    pool.getConnection((cause, connection) =>
      resume(cause === null ? Effect.succeed(connection) : new SqlError({ cause }))
    )
  })

/** Connects when it is first used, never before. */
const open = ({ pool: limits, ...server }: Server) =>
  Effect.acquireRelease(
    Effect.zipWith(Driver.load, Driver.options({ ...server, pool: limits }), (driver, options) => {
      const pool = driver.createPool({
        ...options,
        connectionLimit: limits.maxConnections,
        maxIdle: Math.min(limits.idleConnections, limits.maxConnections),
        idleTimeout: limits.maxIdleTime === 0 ? Number.MAX_SAFE_INTEGER : limits.maxIdleTime,
        gracefulEnd: true
      })
      // A connection that is cut says so here; the next statement gets a new one.
      pool.on("connection", connection => connection.on("error", () => undefined))
      return pool
    }),
    pool =>
      Effect.async<void>(resume => pool.end(() => resume(Effect.void))).pipe(
        Effect.interruptible,
        Effect.timeoutOption(1_000)
      )
  )
