import type { Password } from "../store/Password.ts"

/** PEM files, by path. */
export interface TlsFiles {
  /** Signed the server's certificate; the system's authorities when absent. */
  readonly ca?: string
  /** What we show to a server that wants to see one. */
  readonly cert?: string
  readonly key?: string
}

/** An etcd, and how to speak to it. */
export interface EtcdSettings {
  /** `host:port`, each a member of the same cluster. */
  readonly endpoints: ReadonlyArray<string>
  readonly tls: boolean
  readonly files: TlsFiles
  readonly username?: string
  readonly password?: Password
  /** Milliseconds that one call may take; a call without an answer is repeated for four times as long. */
  readonly timeout: number
  /** The variables that say all this, for messages. */
  readonly variables: Readonly<Record<Variable, string>>
}

export type Variable = "endpoints" | "username" | "password" | "ca" | "cert" | "key"

export const defaultTimeout = 5_000

/** For people: `db1:2379`, `db1:2379,db2:2379`. Never anything secret. */
export const address = ({ endpoints }: EtcdSettings): string => endpoints.join(",")
