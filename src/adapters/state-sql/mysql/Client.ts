import type * as net from "node:net"
import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlError } from "@effect/sql/SqlError"
import type { MysqlClient, MysqlClientConfig } from "@effect/sql-mysql2/MysqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { Server } from "../../postgresql/Settings.ts"
import * as Driver from "./Driver.ts"
import * as Senders from "./Senders.ts"

/** The client with its pool of sessions, and who of them sends what. */
export interface Client {
  readonly sql: MysqlClient
  readonly senders: Senders.Senders
}

/** Milliseconds until connecting is given up. The client itself does so after 5 seconds, and says less. */
const patience = 4_900

/** Milliseconds for taking leave of the server. */
const leave = 1_000

/**
 * Connects at once: when it is made, the client asks the server something. `silence`: seconds after which a session that
 * says nothing is ended, and its transaction with it.
 */
export const open = (server: Server, silence?: number): Effect.Effect<Client, SqlError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(connect(server, silence), ({ close }) => close),
    ({ client }) => client
  )

const connect = (server: Server, silence: number | undefined) =>
  Effect.gen(function* () {
    const [{ make }, { format }, options] = yield* Effect.all([load, Driver.load, Driver.options(server)])
    const senders = Senders.make(format, Driver.session(silence))
    const lines = listed(options.stream)
    const scope = yield* Scope.make()
    const close = Scope.close(scope, Exit.void).pipe(
      Effect.interruptible,
      Effect.timeoutOption(leave),
      Effect.zipRight(Effect.sync(() => lines.cut()))
    )
    const wire = { ...options, stream: lines.open, queryFormat: senders.queryFormat }
    const sql = yield* make(config(server, options.password, wire)).pipe(
      Scope.extend(scope),
      Effect.provideServiceEffect(Reactivity.Reactivity, Reactivity.make),
      Driver.inTime(patience, "ETIMEDOUT", lines.cut),
      Effect.onError(() => Effect.zipRight(close, Effect.sync(lines.abandon)))
    )
    const client: Client = { sql, senders }
    return { client, close }
  })

/** Loaded when it is needed: whoever keeps the state elsewhere does not wait for it. */
const load = Effect.tryPromise({
  try: () => import("@effect/sql-mysql2/MysqlClient"),
  catch: cause => new SqlError({ cause })
})

const config = (
  { host, port, database, username, pool }: Server,
  password: string,
  wire: MysqlClientConfig["poolConfig"]
): MysqlClientConfig => ({
  host,
  port,
  database,
  username,
  password: Redacted.make(password),
  maxConnections: pool.maxConnections,
  connectionTTL: pool.maxIdleTime === 0 ? Duration.infinity : pool.maxIdleTime,
  poolConfig: {
    ...wire,
    maxIdle: Math.min(pool.idleConnections, pool.maxConnections),
    gracefulEnd: true
  }
})

/** The sockets of a pool: a server that does not answer would keep them open. */
const listed = (connect: Driver.Options["stream"]) => {
  const sockets = new Set<net.Socket>()
  let pool: Driver.Config["pool"]
  return {
    open: (made: Driver.Made): net.Socket => {
      pool = made.config.pool
      const socket = connect(made)
      sockets.add(socket)
      return socket.once("close", () => sockets.delete(socket))
    },
    cut: (late?: Error): void => {
      for (const socket of sockets) socket.destroy(late)
    },
    /** A client that could not be made leaves its pool behind, with a timer that would run for ever. */
    abandon: (): void => pool?.end(() => undefined)
  }
}
