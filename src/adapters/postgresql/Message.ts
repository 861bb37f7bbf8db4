import type { Step, Unit } from "../../domain/Plan.ts"
import { identifier, literal } from "./Quote.ts"

/** Beyond this many statements one EXECUTE of the whole text is much cheaper than one each. */
const manyStatements = 500

/** A user's `search_path`, as BfM sets it: the schema, then `public` for what extensions put there. */
const searchPath = (schema: string): string => `${identifier(schema)}, public`

interface Limits {
  readonly lockTimeout: number
  readonly statementTimeout: number
}

/** As SET and not as a call of set_config: that costs the server a query with a snapshot for each step. */
const settings = (step: Step, limits: Limits, scope: "LOCAL" | "SESSION"): string =>
  [
    "standard_conforming_strings TO on",
    `lock_timeout TO '${limits.lockTimeout}ms'`,
    `statement_timeout TO '${limits.statementTimeout}ms'`,
    ...(step.schema === "" ? [] : [`search_path TO ${searchPath(step.schema)}`])
  ]
    .map(setting => `SET ${scope} ${setting};`)
    .join("")

/** Whoever waited for a lock has to see what was done meanwhile, whatever the database has for its transactions. */
const isolation = "SET default_transaction_isolation TO 'read committed'"
const settingsBack = `SET SESSION AUTHORIZATION DEFAULT;RESET ALL;${isolation};UNLISTEN *`
const objectsGone = "CLOSE ALL;DEALLOCATE ALL;DISCARD PLANS;DISCARD SEQUENCES;DISCARD TEMP"

/**
 * Nothing of a step's own settings, roles, temporary objects, cursors or prepared statements reaches the
 * next. What DISCARD ALL does, without what may not stand among other statements and without giving up
 * our advisory lock. BEGIN;COMMIT: what comes next in the same message begins its transaction only now, so that
 * neither default_transaction_read_only and its like nor a LISTEN reach it.
 */
export const reset = `${settingsBack};BEGIN;COMMIT;${objectsGone}`

/** The same inside of a transaction that goes on. */
export const clean = `${settingsBack};${objectsGone};`

/** Opens a step's transaction. `durable: false` lets a later commit of the same message wait for the disk. */
export const open = (step: Step, durable: boolean): string =>
  `BEGIN;${durable ? "" : "SET LOCAL synchronous_commit TO off;"}${prepare(step)}`

/** The settings of a step for the rest of the transaction, and its schema. */
export const prepare = (step: Step): string => {
  const limits = { lockTimeout: step.lock_timeout, statementTimeout: step.statement_timeout }
  return `${settings(step, limits, "LOCAL")}${createSchema(step)}`
}

export const createSchema = (step: Step): string =>
  step.creates_schema ? `CREATE SCHEMA IF NOT EXISTS ${identifier(step.schema)};` : ""

/** What stands between a step's own statements and its ledger row: the row is written as ourselves. */
export const ourselves = "RESET SESSION AUTHORIZATION;RESET ROLE;"

/** For PL/pgSQL: the session is still the one that holds the lock; behind a transaction pooler it could be another. */
export const sameSession = (pid: number): string =>
  `IF pg_catalog.pg_backend_pid()<>${pid} THEN RAISE EXCEPTION 'the session changed in mid-run: a transaction pooler stands between; connect to PostgreSQL directly' USING ERRCODE='BF001';END IF;`

/**
 * A unit's statements inside DO and EXECUTE: there the server itself refuses transaction control before
 * anything is committed, and positions are relative to the user's own text. `before` and `after` are PL/pgSQL; they
 * hold for a script without a statement too.
 */
export const body = (unit: Unit | undefined, before: string, after: string): string =>
  `DO ${literal(`DECLARE s text;BEGIN ${unhurried("LOCAL")}${before}${unit === undefined ? "" : executes(unit)}${after}END`)};`

/** The server prepares each EXECUTE of a constant by itself: a loop over an array prepares one. */
const executes = (unit: Unit): string => {
  const texts = unit.statements.map(({ text }) => text)
  if (texts.length === 0) return ""
  if (texts.length === 1 || texts.length > manyStatements) return `EXECUTE ${literal(joined(unit))};`
  return `FOREACH s IN ARRAY ARRAY[${texts.map(literal).join(",")}]::text[] LOOP EXECUTE s;END LOOP;`
}

/**
 * For PL/pgSQL: how long a step may take is said with the step; what the database, or the role, has for everybody else is
 * not meant for it. PostgreSQL knows this limit since 17.
 */
const unhurried = (scope: "LOCAL" | "SESSION"): string =>
  `IF pg_catalog.current_setting('transaction_timeout',true)<>'0' THEN PERFORM pg_catalog.set_config('transaction_timeout','0',${scope === "LOCAL"});END IF;`

/** For a transaction that takes several messages: between them the server waits as long as it must. */
export const patient = (): string =>
  `SET LOCAL idle_in_transaction_session_timeout TO 0;${block(unhurried("LOCAL"))}`

/** PL/pgSQL by itself. */
export const block = (text: string): string => `DO ${literal(`BEGIN ${text}END`)};`

/** The statements as one text; what the server says of positions is relative to it. */
export const joined = (unit: Unit): string => unit.statements.map(({ text }) => text).join(";\n")

/** Session settings for a statement that must stand alone; `reset` takes them back. */
export const standalone = (step: Step): string => {
  // These take no lock that stops traffic, and waiting for old transactions is what a concurrent build does.
  const limits = { lockTimeout: 0, statementTimeout: step.statement_timeout }
  return `${settings(step, limits, "SESSION")}${block(unhurried("SESSION"))}`
}
