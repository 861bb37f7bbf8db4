import { readFile } from "node:fs/promises"
import type { ConnectionOptions } from "node:tls"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import pg from "pg"
import type { Server } from "./Settings.ts"

/** Milliseconds until a server that does not answer counts as unreachable. */
const connectTimeout = 5_000

/**
 * A server that died in silence is noticed although a statement may take hours; and what is in between (NAT, load
 * balancers) does not take a line on which nobody speaks for one that nobody needs. Without the delay the system asks
 * after two hours.
 */
const wakeful = { keepAlive: true, keepAliveInitialDelayMillis: 30_000 }

/** The root certificate cannot be read. */
export class CertificateUnreadable extends Data.TaggedError("CertificateUnreadable")<{
  readonly reason: string
}> {
  override get message() {
    return this.reason
  }
}

/**
 * What `new pg.Pool` takes. Nothing comes from `PG*` variables or a password file, and the password is
 * handed over as a function: an empty one stays empty, and printing the options does not show it.
 */
export const poolConfig = (server: Server): Effect.Effect<pg.PoolConfig, CertificateUnreadable> =>
  Effect.map(readCertificate(server), ca => ({
    ...clientConfig(server, ca),
    // A lane waits for a free connection as long as another one works: only dialling has a limit.
    connectionTimeoutMillis: 0,
    Client: server.tls === "prefer" ? PreferTlsClient : TimedClient,
    max: server.pool.maxConnections,
    min: Math.min(server.pool.idleConnections, server.pool.maxConnections),
    idleTimeoutMillis: server.pool.maxIdleTime,
    maxLifetimeSeconds: server.pool.maxLifetime / 1000
  }))

/** One client that is not connected yet, for a session that must not share a pool. */
export const make = (
  server: Server,
  options: Pick<pg.ClientConfig, "query_timeout" | "application_name"> = {}
): Effect.Effect<pg.Client, CertificateUnreadable> =>
  Effect.map(readCertificate(server), ca => {
    const config = { ...clientConfig(server, ca), ...options }
    return server.tls === "prefer" ? new PreferTlsClient(config) : new TimedClient(config)
  })

const clientConfig = (server: Server, ca: string | undefined): pg.ClientConfig => ({
  host: server.host,
  port: server.port,
  database: server.database,
  user: server.username,
  password: () => (server.password === undefined ? "" : Redacted.value(server.password)),
  ssl: ssl(server, ca),
  application_name: "bfm",
  ...wakeful
})

/** As libpq does it: `require` checks the chain too when a root certificate is given. */
const ssl = (server: Server, ca: string | undefined): false | ConnectionOptions => {
  // libpq does not encrypt over a unix socket either.
  if (server.tls === "disable" || server.host.startsWith("/")) return false
  const root = ca === undefined ? {} : { ca }
  if (server.tls === "verify-full") return { rejectUnauthorized: true, ...root }
  if (server.tls === "verify-ca" || (server.tls === "require" && ca !== undefined)) {
    return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...root }
  }
  return { rejectUnauthorized: false }
}

/** The root certificate's text, where one is named. */
export const readCertificate = (
  server: Pick<Server, "rootCertificate">
): Effect.Effect<string | undefined, CertificateUnreadable> => {
  const path = server.rootCertificate
  if (path === undefined) return Effect.succeed(undefined)
  return Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: cause =>
      new CertificateUnreadable({
        reason: `cannot read the root certificate ${path}: ${cause instanceof Error ? cause.message : cause}`
      })
  })
}

/** What pg's connection has and its type declarations do not. */
interface Internals {
  connect(port: number, host: string): void
  upgradeToSSL(host: string, onError: (error: Error) => void): void
  attachListeners(stream: pg.Connection["stream"]): void
}

/** pg refuses a server that answers "no TLS here"; `prefer` goes on in plain text on the same socket. */
class PreferTlsConnection extends pg.Connection {
  connect(port: number, host: string): void {
    // The members exist at run time (pg is pinned); they are only not declared.
    const internals = this as unknown as Internals
    const base = pg.Connection.prototype as unknown as Internals
    base.connect.call(this, port, host)
    this.stream.removeAllListeners("data")
    this.stream.once("data", (reply: Buffer) => {
      const answer = String.fromCharCode(reply[0] ?? 0)
      if (answer === "S") return internals.upgradeToSSL(host, error => this.emit("error", error))
      if (answer !== "N")
        return this.emit("error", new Error("the server does not speak PostgreSQL's protocol"))
      internals.attachListeners(this.stream)
      this.emit("sslconnect")
    })
  }
}

/** A pool hides the password that it hands to its clients: a copy of the options would lose it. */
const extended = (config: pg.ClientConfig, more: object): pg.ClientConfig =>
  Object.create(config, Object.getOwnPropertyDescriptors(more))

class TimedClient extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    super(extended(config, { connectionTimeoutMillis: connectTimeout }))
    // pg leaves the socket open when it has no password to give: the server would wait for it for a minute.
    const { connection } = this as unknown as { readonly connection: pg.Connection }
    connection.on("error", () => connection.stream.destroy())
  }
}

class PreferTlsClient extends TimedClient {
  constructor(config: pg.ClientConfig = {}) {
    const unix = config.host?.startsWith("/") === true
    const connection = () => new PreferTlsConnection({ ssl: { rejectUnauthorized: false }, ...wakeful })
    super(unix ? config : extended(config, { connection: connection() }))
  }
}
