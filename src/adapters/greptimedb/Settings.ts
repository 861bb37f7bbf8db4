import * as Address from "../../domain/Address.ts"
import type { Password } from "../store/Password.ts"

/** A GreptimeDB and how to reach it over HTTP. */
export interface GreptimedbSettings {
  /** A name or an address. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Path of a PEM file with the authorities to trust; the system's when absent. */
  readonly authority?: string
  /** Nothing is said of a user when absent. */
  readonly username?: string
  readonly password?: Password
  /** The database of migrations that name none. */
  readonly database: string
}

/** GreptimeDB's port for HTTP. */
export const defaultPort = 4000

/** The database that every GreptimeDB has. */
export const defaultDatabase = "public"

/** Where requests go: `https://db1:4000`. */
export const origin = (settings: GreptimedbSettings): string =>
  `${settings.tls ? "https" : "http"}://${Address.of(settings.host, settings.port)}`

/** For people: `db1:4000/public`. Never anything secret. */
export const address = (settings: GreptimedbSettings): string =>
  `${Address.of(settings.host, settings.port)}/${settings.database}`
