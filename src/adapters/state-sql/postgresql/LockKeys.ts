import { createHash } from "node:crypto"
import type { LockKey } from "../../../ports/Lock.ts"

/** The 64 bits of an advisory lock. The state schema is part of it: two states may share a database. */
export const of = (stateSchema: string, key: LockKey): string =>
  hash("bfm lock", stateSchema, key.connection, key.schema)

/** The lock under which tables are created and upgraded. */
export const upgrade = (stateSchema: string): string => hash("bfm upgrade", stateSchema)

const hash = (...parts: ReadonlyArray<string>): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest().readBigInt64BE(0).toString()

/** Whether the session of a row in `bfm_locks` still has its lock. */
export const isHeld = (row: string): string => `exists (
  select from pg_catalog.pg_locks k
  where k.locktype = 'advisory' and k.granted and k.objsubid = 1 and k.pid = ${row}.pid
    and k.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    and (k.classid::bigint << 32) | k.objid::bigint = ${row}.lock_key)`
