import type { Step } from "../../domain/Plan.ts"
import type { RunContext } from "../../ports/Connections.ts"
import type { Entry } from "../store/Journal.ts"
import type { Cell, Rows } from "./Answer.ts"
import { identifier, literal } from "./Quote.ts"

/** The SQL of the ledger in a database of its own. It has no bound values: they are written out. */
export interface Ledger {
  /** Statements that create it where it is missing, each a request. */
  readonly create: ReadonlyArray<string>
  /** All entries of a connection; of one schema, or one entry, when they are given. */
  readonly select: (connection: string, schema?: string, migrationId?: string) => string
  /** Writes an entry, over the one that is there. */
  readonly write: (entry: Entry) => string
  readonly erase: (migrationId: string, schema: string) => string
  readonly storeScripts: (texts: ReadonlyMap<string, string>) => string
  readonly script: (hash: string) => string
}

/**
 * The primary key and a time that is always 0 are what makes a row the same row: who writes it again replaces
 * it, by the order in which the server gets it and not by anybody's clock. The options are said because a
 * database can have others for its tables, and a ttl would take rows of the year 1970 at once.
 */
const options = `WITH ('ttl'='forever', 'merge_mode'='last_row', 'append_mode'='false')`
const slot = `"slot" TIMESTAMP(3) TIME INDEX`

const types = {
  migration_id: "STRING",
  schema: "STRING",
  connection: "STRING",
  version: "STRING",
  name: "STRING",
  state: "STRING",
  direction: "STRING",
  checksum_algorithm: "BIGINT",
  checksum: "STRING",
  source_hash: "STRING",
  units_done: "BIGINT",
  done_hash: "STRING",
  doubt: "STRING",
  run_id: "STRING",
  actor: "STRING",
  method: "STRING",
  applied_at: "TIMESTAMP(3)"
} as const

type Column = keyof typeof types

const columns = Object.entries(types).map(([name, type]) => `${identifier(name)} ${type}`)
const names = Object.keys(types).map(identifier).join(", ")

export const make = (database: string): Ledger => {
  const table = `${identifier(database)}."ledger"`
  const scripts = `${identifier(database)}."script"`
  return {
    create: [
      `CREATE DATABASE IF NOT EXISTS ${identifier(database)}`,
      `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(", ")}, ${slot}, PRIMARY KEY ("migration_id", "schema")) ${options}`,
      `CREATE TABLE IF NOT EXISTS ${scripts} ("hash" STRING, "text" STRING, ${slot}, PRIMARY KEY ("hash")) ${options}`
    ],
    select: (connection, schema, migrationId) => {
      const conditions = [
        `"connection" = ${literal(connection)}`,
        ...(schema === undefined ? [] : [`"schema" = ${literal(schema)}`]),
        ...(migrationId === undefined ? [] : [`"migration_id" = ${literal(migrationId)}`])
      ]
      return `SELECT ${names} FROM ${table} WHERE ${conditions.join(" AND ")}`
    },
    write: entry => `INSERT INTO ${table} (${names}, "slot") VALUES (${valuesOf(entry)}, 0)`,
    erase: (migrationId, schema) =>
      `DELETE FROM ${table} WHERE "migration_id" = ${literal(migrationId)} AND "schema" = ${literal(schema)}`,
    storeScripts: texts =>
      `INSERT INTO ${scripts} ("hash", "text", "slot") VALUES ${[...texts].map(([hash, text]) => `(${literal(hash)}, ${literal(text)}, 0)`).join(", ")}`,
    script: hash => `SELECT "text" FROM ${scripts} WHERE "hash" = ${literal(hash)}`
  }
}

const valuesOf = (entry: Entry): string => {
  const values: Record<Column, string | number> = {
    migration_id: entry.migrationId,
    schema: entry.schema,
    connection: entry.connection,
    version: entry.version,
    name: entry.name,
    state: entry.state,
    direction: entry.direction,
    checksum_algorithm: entry.checksum.algorithm,
    checksum: entry.checksum.value,
    source_hash: entry.sourceHash,
    units_done: entry.unitsDone,
    done_hash: entry.doneHash,
    doubt: entry.doubt ?? "",
    run_id: entry.runId,
    actor: entry.actor,
    method: entry.method,
    applied_at: entry.appliedAt
  }
  return Object.values(values)
    .map(value => (typeof value === "string" ? literal(value) : String(value)))
    .join(", ")
}

/** The entry of a step that has just been begun, or that somebody says is applied. `at`: milliseconds. */
export const entryOf = (step: Step, context: RunContext, state: Entry["state"], at: number): Entry => ({
  migrationId: step.migration_id,
  connection: step.connection,
  schema: step.schema,
  version: step.version,
  name: step.name,
  state,
  direction: "up",
  checksum: step.checksum,
  sourceHash: step.source_hash,
  unitsDone: 0,
  unitBegun: false,
  doneHash: "",
  doubt: undefined,
  appliedAt: at,
  runId: context.runId,
  actor: context.actor.name,
  method: context.actor.method
})

/** What {@link Ledger.select} found. */
export const entriesOf = (rows: Rows | undefined): ReadonlyArray<Entry> => (rows ?? []).map(decode)

const decode = (row: Readonly<Record<string, Cell>>): Entry => {
  const text = (name: Column) => String(row[name] ?? "")
  const doubt = text("doubt")
  return {
    migrationId: text("migration_id"),
    connection: text("connection"),
    schema: text("schema"),
    version: text("version"),
    name: text("name"),
    state: text("state") === "running" ? "running" : "applied",
    direction: text("direction") === "down" ? "down" : "up",
    checksum: { algorithm: Number(row["checksum_algorithm"]), value: text("checksum") },
    sourceHash: text("source_hash"),
    unitsDone: Number(row["units_done"]),
    unitBegun: doubt !== "",
    doneHash: text("done_hash"),
    doubt: doubt === "" ? undefined : doubt,
    appliedAt: Number(row["applied_at"]),
    runId: text("run_id"),
    actor: text("actor"),
    method: text("method")
  }
}
