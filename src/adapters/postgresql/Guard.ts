import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { LockBusy } from "../../domain/Errors.ts"
import type { Fault } from "./Fault.ts"
import type { Wire } from "./Wire.ts"

/** What is guarded: one schema of the database behind a connection. */
export interface Place {
  readonly connection: string
  readonly schema: string
  readonly ledgerSchema: string
}

/** The same for every BfM that works on this database, whatever name its connection has. */
export const key = (place: Place): string => number("bfm", place)

/** The 64 bits of an advisory lock. */
export const number = (purpose: string, { ledgerSchema, schema }: Place): string =>
  createHash("sha256").update(`${purpose}\0${ledgerSchema}\0${schema}`).digest().readBigInt64BE(0).toString()

/**
 * Makes this session the only one that changes the schema. The lock belongs to the very session that sends
 * the changes: if the session dies it is free, and as long as an orphan of a killed process still works in
 * the server, it is taken. Polled, with no snapshot open: a waiter must not hold up CREATE INDEX CONCURRENTLY.
 */
export const acquire = Effect.fn("Guard.acquire")(function* (
  wire: Wire,
  place: Place,
  wait: number,
  waiting: (holder: string) => Effect.Effect<void>,
  /** Statements that make the session ready, sent with the first attempt, and a question that goes with each. */
  { before = "", question = "" } = {}
) {
  const lock = key(place)
  const began = yield* Clock.currentTimeMillis
  for (let tries = 0; ; tries++) {
    const results = yield* wire.send(
      `${tries === 0 ? before : ""}SELECT pg_catalog.pg_try_advisory_lock(${lock}) AS held${question === "" ? "" : `;${question}`}`
    )
    if (results.some(({ rows: [row] }) => row?.["held"] === true)) return results.at(-1)
    const waited = (yield* Clock.currentTimeMillis) - began
    if (tries === 0 || waited >= wait) {
      const holder = yield* holding(wire, lock)
      if (waited >= wait)
        return yield* new LockBusy({ connection: place.connection, schema: place.schema, holder, waited })
      yield* waiting(holder)
    }
    const pause = Math.min(250, 20 * 1.5 ** tries)
    yield* Effect.sleep(pause * (yield* Random.nextRange(0.7, 1.3)))
  }
})

/** For PL/pgSQL: takes the lock where it is free, and refuses the step where it is not. */
export const take = (place: Place): string =>
  `IF NOT pg_catalog.pg_try_advisory_lock(${key(place)}) THEN RAISE EXCEPTION 'another session works on this schema' USING ERRCODE='BF010';END IF;`

/**
 * For PL/pgSQL: takes the lock once more, which costs nothing where it is held. A script may have given up all
 * locks of its session; nothing is recorded without it.
 */
export const keep = (place: Place): string =>
  `IF NOT pg_catalog.pg_try_advisory_lock(${key(place)}) THEN RAISE EXCEPTION 'the script gave up the lock of its run, and another run has taken it' USING ERRCODE='BF009';END IF;`

/** Gives up whatever a session has locked. */
export const release = "SELECT pg_catalog.pg_advisory_unlock_all()"

/** The session that has the lock, in words. */
const holding = (wire: Wire, lock: string): Effect.Effect<string, Fault> =>
  Effect.map(
    wire.ask(
      `SELECT a.pid, a.application_name AS name, extract(epoch from now()-a.backend_start)::int AS seconds
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid=l.pid
WHERE l.locktype='advisory' AND l.granted AND l.objsubid=1 AND ((l.classid::bigint<<32)|l.objid::bigint)=$1::bigint
AND l.database=(SELECT oid FROM pg_catalog.pg_database WHERE datname=current_database())`,
      [lock]
    ),
    ([row]) =>
      row === undefined
        ? "a session that has just ended"
        : `${String(row["name"]) || "a session"} (database session ${String(row["pid"])}${row["seconds"] === null ? "" : `, since ${String(row["seconds"])}s`})`
  )
