import * as Address from "../../domain/Address.ts"
import type { Password } from "../store/Password.ts"

/** How the session is encrypted, in libpq's words. */
export type Tls = "disable" | "prefer" | "require" | "verify-ca" | "verify-full"

export const tlsModes: ReadonlyArray<Tls> = ["disable", "prefer", "require", "verify-ca", "verify-full"]

/** Limits of one pool; times in milliseconds, 0 = no limit. */
export interface PoolLimits {
  readonly maxConnections: number
  /** Connections that stay open while there is nothing to do. */
  readonly idleConnections: number
  readonly maxLifetime: number
  readonly maxIdleTime: number
}

export const defaultPool: PoolLimits = {
  maxConnections: 2,
  idleConnections: 1,
  maxLifetime: 180_000,
  maxIdleTime: 60_000
}

/** A database server that somebody runs. */
export interface Server {
  readonly _tag: "Server"
  /** A name, an address, or the directory of a unix socket (begins with `/`; MySQL: its file). */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password?: Password
  readonly tls: Tls
  /** Path of a PEM file; the system's certificates when absent. */
  readonly rootCertificate?: string
  /** What is shown to a server that wants to see a certificate, and its key: paths of PEM files. */
  readonly certificate?: string
  readonly key?: string
  readonly pool: PoolLimits
}

/** A database of the embedded PostgreSQL; where that listens is known once it is started. */
export interface Embedded {
  readonly _tag: "Embedded"
  readonly database: string
  readonly pool: PoolLimits
}

export type PostgresqlSettings = Server | Embedded

/** For people: `db1:5432/app`, `/run/postgresql:5432/app`, `embedded/app`. Never anything secret. */
export const address = (settings: PostgresqlSettings): string => {
  if (settings._tag === "Embedded") return `embedded/${settings.database}`
  return `${Address.of(settings.host, settings.port)}/${settings.database}`
}
