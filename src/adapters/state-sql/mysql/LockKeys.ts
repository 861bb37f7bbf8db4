import { createHash } from "node:crypto"
import type { LockKey } from "../../../ports/Lock.ts"

/** The name of a run's lock. Names count in the whole server, so the state's database is part of it. */
export const of = (database: string, key: LockKey): string =>
  hash("bfm lock", lowerCase(database), key.connection, key.schema)

/** The lock under which tables are created and upgraded. */
export const upgrade = (database: string): string => hash("bfm upgrade", lowerCase(database))

/** Whether the session of a row in `bfm_locks` still has its lock. */
export const isHeld = (row: string): string => `(is_used_lock(${row}.lock_name) = ${row}.session_id)`

/** On some servers databases whose names differ in letter case only are one. */
const lowerCase = (database: string): string => database.toLowerCase()

/** 64 characters: as long as a name may be. */
const hash = (...parts: ReadonlyArray<string>): string =>
  `bfm_${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 60)}`
