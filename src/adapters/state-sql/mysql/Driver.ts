import * as net from "node:net"
import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Mysql from "mysql2"
import type { Server } from "../../postgresql/Settings.ts"
import * as Tls from "../../postgresql/Tls.ts"
import * as Password from "../../store/Password.ts"

/** Milliseconds until a server that does not answer counts as unreachable. */
const connectTimeout = 5_000

/** Milliseconds after which the system asks whether a silent server is still there. */
const keepAlive = 30_000

/** Loaded when it is needed: whoever keeps the state elsewhere does not wait for it. */
export const load: Effect.Effect<typeof Mysql, SqlError> = Effect.tryPromise({
  try: () => import("mysql2"),
  catch: cause => new SqlError({ cause })
})

/** How the driver is to talk; as whom and to which database, whoever connects says. */
export interface Options extends Mysql.ConnectionOptions {
  readonly password: string
  readonly stream: (made: Made) => net.Socket
}

/**
 * Nothing is prepared on the server: a message can hold several statements, with the values written in by the
 * driver. That needs the session's own `sql_mode` (see {@link session}).
 */
export const options = (server: Server): Effect.Effect<Options, SqlError> =>
  Effect.zipWith(Tls.open(server), Password.read(server.password), (certificates, password) => ({
    charset: "utf8mb4_bin",
    connectTimeout,
    multipleStatements: true,
    // The server must not be able to ask for a file of ours.
    flags: ["-LOCAL_FILES"],
    password,
    stream: ({ config }: Made) => {
      // Both may have been renewed since the last session.
      config.password = Either.getOrElse(Password.read(server.password), () => config.password)
      if (config.ssl) config.ssl = tls(server, certificates())
      return socket(server, config)
    },
    ...(encrypts(server) ? { ssl: tls(server, certificates()) } : {})
  })).pipe(Effect.mapError(cause => new SqlError({ cause })))

const encrypts = (server: Server): boolean => server.tls !== "disable" && !server.host.startsWith("/")

/** As libpq does it: `require` checks the chain too when a root certificate is given. */
const tls = (server: Server, certificates: Tls.Certificates): Mysql.SslOptions => {
  if (server.tls === "verify-full") return { rejectUnauthorized: true, verifyIdentity: true, ...certificates }
  const checks = server.tls === "verify-ca" || (server.tls === "require" && certificates.ca !== undefined)
  return { rejectUnauthorized: checks, ...certificates }
}

/** What the driver hands to whoever opens its sockets. The members exist at run time (mysql2 is pinned). */
export interface Made {
  readonly config: Config
}

export interface Config {
  /** Settled when the server has introduced itself. */
  ssl: unknown
  password: string | undefined
  /** Absent outside of a pool. */
  readonly pool?: Pick<Mysql.Pool, "end">
}

const socket = (server: Server, config: Config): net.Socket => {
  if (server.host.startsWith("/")) return net.connect(server.host)
  const made = net.connect(server.port, server.host)
  made.setNoDelay(true)
  made.setKeepAlive(true, keepAlive)
  // Node compares a certificate with the name under which the socket was opened, and forgets an address.
  Object.assign(made, { _host: server.host })
  // The driver refuses a server without TLS; `prefer` does not want it then.
  if (server.tls === "prefer")
    made.prependOnceListener("data", greeting => {
      if (!offersTls(greeting)) config.ssl = false
    })
  return made
}

const CLIENT_SSL = 0x0800

/** The server's first packet: header (4), protocol (1), version up to a zero, thread (4), salt (8), zero, capabilities (2). */
const offersTls = (greeting: Buffer): boolean => {
  const at = greeting.indexOf(0, 5) + 14
  // Whatever else it is, an error for example: the driver says so.
  return greeting[4] !== 10 || at + 2 > greeting.length || (greeting.readUInt16LE(at) & CLIENT_SSL) !== 0
}

/**
 * Makes a session ours, whatever the server's own settings are: what is too long is refused and not cut off,
 * each statement is committed by itself, and a session that waits for a long migration is not ended. `silence`: seconds
 * after which it is.
 */
export const session = (silence = 2147483): string => `set names utf8mb4 collate utf8mb4_bin;
set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', autocommit = 1,
  completion_type = 0, sql_safe_updates = 0, group_concat_max_len = 268435456, wait_timeout = ${silence},
  innodb_lock_wait_timeout = 10, lock_wait_timeout = 30;
set session transaction read write`

/** Sends one message; the rows of its last statement. Gives up after so many milliseconds. */
export const query = <Row extends object>(
  connection: Mysql.Connection,
  text: string,
  values: ReadonlyArray<unknown>,
  answerTime: number
): Effect.Effect<ReadonlyArray<Row>, SqlError> =>
  Effect.async(resume => {
    connection.query({ sql: text, values: [...values], timeout: answerTime }, (cause, results: unknown) => {
      if (cause !== null) return resume(new SqlError({ cause }))
      resume(Effect.succeed(rowsOf<Row>(results)))
    })
  })

/** Of the last statement of a message: one result by itself, or a list of them; rows where there are any, else a count. */
export const rowsOf = <Row>(results: unknown): ReadonlyArray<Row> => {
  if (!Array.isArray(results)) return []
  const last: unknown = results.at(-1)
  // One statement gives rows, several give a list of lists; what the rows hold, the statement says.
  return Array.isArray(last) ? last : isCount(last) ? [] : (results as ReadonlyArray<Row>)
}

const isCount = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "affectedRows" in value && "serverStatus" in value

/**
 * An answer that is not there after so many milliseconds will not come: `cut` is to destroy the line with the error,
 * and the driver then fails with it. So it ends also where it cannot be interrupted.
 */
export const inTime =
  (milliseconds: number, code: "ETIMEDOUT" | "PROTOCOL_SEQUENCE_TIMEOUT", cut: (late: Error) => void) =>
  <A, E, R>(answer: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() =>
        setTimeout(() => cut(Object.assign(new Error("no answer in time"), { code })), milliseconds)
      ),
      () => answer,
      timer => Effect.sync(() => clearTimeout(timer))
    )

/** Closes at once, also towards a server that does not answer; what is waited for fails with the reason. */
export const destroy = (connection: Mysql.Connection, reason?: Error): void => {
  connection.destroy()
  // The member exists at run time (mysql2 is pinned); it is only not declared.
  const { stream } = connection as unknown as { readonly stream: net.Socket }
  stream.destroy(reason)
}
