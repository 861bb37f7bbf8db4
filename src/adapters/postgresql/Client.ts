import type { ConnectionOptions } from "node:tls"
import * as Effect from "effect/Effect"
import pg from "pg"
import * as Password from "../store/Password.ts"
import type { Server } from "./Settings.ts"
import * as Tls from "./Tls.ts"

/** Milliseconds until a server that does not answer counts as unreachable. */
const connectTimeout = 5_000

/**
 * A server that died in silence is noticed although a statement may take hours; and what is in between (NAT, load
 * balancers) does not take a line on which nobody speaks for one that nobody needs. Without the delay the system asks
 * after two hours.
 */
const wakeful = { keepAlive: true, keepAliveInitialDelayMillis: 30_000 }

/**
 * What `new pg.Pool` takes. Nothing comes from `PG*` variables or a password file, and the password is
 * handed over as a function: an empty one stays empty, and printing the options does not show it.
 */
export const poolConfig = (server: Server): Effect.Effect<pg.PoolConfig, Tls.CertificateUnreadable> =>
  Effect.map(Tls.open(server), certificates => ({
    ...clientConfig(server),
    // A lane waits for a free connection as long as another one works: only dialling has a limit.
    connectionTimeoutMillis: 0,
    Client: clientOf(server, certificates),
    max: server.pool.maxConnections,
    min: Math.min(server.pool.idleConnections, server.pool.maxConnections),
    idleTimeoutMillis: server.pool.maxIdleTime,
    maxLifetimeSeconds: server.pool.maxLifetime / 1000
  }))

/** One client that is not connected yet, for a session that must not share a pool. */
export const make = (
  server: Server,
  options: Pick<pg.ClientConfig, "query_timeout" | "application_name"> = {}
): Effect.Effect<pg.Client, Tls.CertificateUnreadable> =>
  Effect.map(Tls.open(server), certificates => {
    const Client = clientOf(server, certificates)
    return new Client({ ...clientConfig(server), ...options })
  })

const clientConfig = (server: Server): pg.ClientConfig => ({
  host: server.host,
  port: server.port,
  database: server.database,
  user: server.username,
  password: () => Password.reveal(server.password),
  application_name: "bfm",
  ...wakeful
})

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

/** The clients of one server: each reads the files that its session needs. */
const clientOf = (server: Server, certificates: () => Tls.Certificates) =>
  class extends pg.Client {
    constructor(config: pg.ClientConfig = {}) {
      const ssl = Tls.options(server, certificates())
      // Absent where nothing is to be encrypted; else `prefer` has its own way to ask for it.
      const own = ssl !== false && server.tls === "prefer" ? { connection: preferring(ssl) } : {}
      super(extended(config, { connectionTimeoutMillis: connectTimeout, ssl, ...own }))
      // pg leaves the socket open when it has no password to give: the server would wait for it for a minute.
      const { connection } = this as unknown as { readonly connection: pg.Connection }
      connection.on("error", () => connection.stream.destroy())
    }
  }

const preferring = (ssl: ConnectionOptions) => new PreferTlsConnection({ ssl, ...wakeful })
