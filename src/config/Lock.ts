import { defaultTimeout, type EtcdSettings } from "../adapters/etcd/Settings.ts"
import * as Etcd from "./Etcd.ts"
import type { Reader } from "./Reader.ts"

/** Where runs lock each other out: in the state's database, or in an etcd. */
export type LockConfig =
  | { readonly backend: "state" }
  | { readonly backend: "etcd"; readonly settings: EtcdSettings; readonly prefix: string }

export const variables = [
  "BFM_LOCK_BACKEND",
  "BFM_LOCK_PREFIX",
  "BFM_LOCK_USERNAME",
  "BFM_LOCK_PASSWORD",
  "BFM_LOCK_PASSWORD_FILE",
  ...Etcd.suffixes.map(suffix => `BFM_LOCK_${suffix}`)
]

/** Below the ledger of a connection that says nothing else, so that no script can touch it there. */
const defaultPrefix = "/bfm/run-lock/"

export const decode = (reader: Reader): LockConfig => {
  if (reader.oneOf("BFM_LOCK_BACKEND", ["state", "etcd"]) !== "etcd") return { backend: "state" }
  if (reader.text("BFM_LOCK_ENDPOINTS") === undefined) {
    reader.report("BFM_LOCK_ENDPOINTS", "is not set, but BFM_LOCK_BACKEND is etcd")
  }
  const prefix = reader.text("BFM_LOCK_PREFIX") ?? defaultPrefix
  return {
    backend: "etcd",
    settings: Etcd.decode(reader, "BFM_LOCK", defaultTimeout),
    prefix: prefix.endsWith("/") ? prefix : `${prefix}/`
  }
}
