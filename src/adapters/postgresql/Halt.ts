import type pg from "pg"
import * as Guard from "./Guard.ts"

/** Told of steps that were sent together with another one and then not wanted any more. */
export const code = "BF008"

/** The lock that is asked for when the steps behind the one in flight are not to be begun. */
export const key = (place: Guard.Place): string => Guard.number("bfm halt", place)

/** For PL/pgSQL: refuses the step, and so the rest of its message, as soon as somebody waits for the lock. */
export const check = (lock: string): string =>
  `IF NOT pg_catalog.pg_try_advisory_xact_lock_shared(${lock}) THEN RAISE EXCEPTION 'the run was told to stop' USING ERRCODE='${code}';END IF;`

/** Waits for the step in flight, and keeps the next ones away until its connection is closed. */
export const hold =
  (lock: string) =>
  (client: pg.Client): Promise<never> =>
    client.query(`SELECT pg_catalog.pg_advisory_lock(${lock})`).then(() => new Promise(() => undefined))
