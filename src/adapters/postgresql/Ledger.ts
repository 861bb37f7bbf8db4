import * as Effect from "effect/Effect"
import { type Group, grouped, type LedgerEntry } from "../../domain/Ledger.ts"
import type { Step } from "../../domain/Plan.ts"
import type { RunContext } from "../../ports/Connections.ts"
import type { Entry } from "../store/Journal.ts"
import { identifier, literal } from "./Quote.ts"
import type { Result, Wire } from "./Wire.ts"

/** The SQL of the ledger that lives in `schema` of the target. */
export interface Ledger {
  readonly schema: string
  readonly create: string
  /** All entries of a connection; of one schema when it is given. One row: see {@link entriesOf}. */
  readonly select: (connection: string, schema?: string) => string
  /** The same for planning, what is the same in many schemas put together. One row: see {@link groupsOf}. */
  readonly survey: (connection: string) => string
  /** Which of these steps a run has applied. One row: see {@link foundOf}. */
  readonly applied: (steps: ReadonlyArray<Step>, runId: string) => string
  /** Which of these steps it has an entry for. One row: see {@link foundOf}. */
  readonly present: (steps: ReadonlyArray<Step>) => string
  /** Writes the entry of a step that is done, now or at `at`; returns the server's clock as `at`, in milliseconds. */
  readonly insertApplied: (step: Step, context: RunContext, at?: number) => string
  /** For PL/pgSQL: refuses the step with {@link absent} where it has no entry that could be removed. */
  readonly demand: (step: Step) => string
  /** Removes the entry of a step that was rolled back; raises {@link absent} when there is none. */
  readonly remove: (step: Step) => string
  /** Begins a journal, or turns an applied entry into one that is being rolled back. */
  readonly begin: (step: Step, context: RunContext) => string
  readonly mark: (step: Step, unitsDone: number, doneHash: string, doubt: string | undefined) => string
  /** Ends the journal of a step that was applied. */
  readonly finish: (step: Step) => string
  /** Removes an entry, if there is one; takes literals. */
  readonly erase: (migrationId: string, schema: string) => string
  readonly storeScripts: string
  readonly appliedText: string
}

/** The server's clock, in milliseconds since the epoch. */
export const now = "(extract(epoch from pg_catalog.clock_timestamp())*1000)::float8"

const columns = `migration_id, connection, schema, version, name, state, direction, checksum_algorithm, checksum,
 source_hash, units_done, done_hash, doubt, run_id, actor, method, (extract(epoch from applied_at)*1000)::float8 as applied_at`

export const make = (schema: string): Ledger => {
  const table = `${identifier(schema)}.ledger`
  const scripts = `${identifier(schema)}.script`
  const where = (step: Step) =>
    `migration_id=${literal(step.migration_id)} AND schema=${literal(step.schema)}`
  const found = `SELECT coalesce(json_agg(json_build_array(migration_id,schema)),'[]') AS found FROM ${table}`
  return {
    schema,
    // Serialized by hand: CREATE … IF NOT EXISTS of two sessions at once can still collide. The schema is looked
    // for first: IF NOT EXISTS asks for the right to create one also where it is there.
    create: `BEGIN ISOLATION LEVEL READ COMMITTED;SELECT pg_advisory_xact_lock(${creationKey});
DO ${literal(`BEGIN IF pg_catalog.to_regnamespace(${literal(identifier(schema))}) IS NULL THEN CREATE SCHEMA ${identifier(schema)};END IF;END`)};
CREATE TABLE IF NOT EXISTS ${table} (
  migration_id text NOT NULL,
  connection text NOT NULL,
  schema text NOT NULL,
  version text NOT NULL,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('applied','running')),
  direction text NOT NULL CHECK (direction IN ('up','down')),
  checksum_algorithm integer NOT NULL,
  checksum text NOT NULL,
  source_hash text NOT NULL,
  units_done integer NOT NULL DEFAULT 0,
  done_hash text NOT NULL DEFAULT '',
  doubt text,
  run_id text NOT NULL,
  actor text NOT NULL,
  method text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (migration_id, schema)
);
CREATE INDEX IF NOT EXISTS ledger_schema ON ${table} (schema);
CREATE TABLE IF NOT EXISTS ${scripts} (hash text PRIMARY KEY, text text NOT NULL);
COMMENT ON TABLE ${table} IS 'BfM: which migrations are applied here; written with each change itself. Do not edit: bfm resolve';
COMMIT`,
    select: (connection, within) =>
      `SELECT coalesce(json_agg(l),'[]') AS entries FROM (SELECT ${columns} FROM ${table} WHERE connection=${literal(connection)}${within === undefined ? "" : ` AND schema=${literal(within)}`}) l`,
    // One text to group by, and the schemas as one text: twice as fast as columns and arrays. No name has a line end.
    survey: connection =>
      `SELECT (SELECT coalesce(json_agg(json_build_array(k,s)),'[]') FROM (SELECT ${grouping.join("||E'\\n'||")} AS k,string_agg(schema,E'\\n') AS s FROM ${table} WHERE connection=${literal(connection)} AND state='applied' GROUP BY 1) g) AS groups,(SELECT coalesce(json_agg(l),'[]') FROM (SELECT ${columns} FROM ${table} WHERE connection=${literal(connection)} AND state<>'applied') l) AS entries`,
    applied: (steps, runId) =>
      `${found} WHERE state='applied' AND run_id=${literal(runId)} AND ${among(steps)}`,
    present: steps => `${found} WHERE ${among(steps)}`,
    insertApplied: (step, context, at) =>
      `${insert(table, step, context, "applied", at)} RETURNING ${now} AS at`,
    demand: step => raiseUnless(`EXISTS(SELECT FROM ${table} WHERE ${where(step)})`, step),
    remove: step =>
      `DO ${literal(`BEGIN DELETE FROM ${table} WHERE ${where(step)};${raiseUnless("FOUND", step)}END`)};SELECT ${now} AS at`,
    begin: (step, context) =>
      step.direction === "up"
        ? insert(table, step, context, "running")
        : `UPDATE ${table} SET state='running',direction='down',units_done=0,done_hash='',doubt=NULL,run_id=${literal(context.runId)} WHERE ${where(step)}`,
    mark: (step, unitsDone, doneHash, doubt) =>
      `UPDATE ${table} SET units_done=${unitsDone},done_hash=${literal(doneHash)},doubt=${doubt === undefined ? "NULL" : literal(doubt)} WHERE ${where(step)}`,
    finish: step =>
      `UPDATE ${table} SET state='applied',checksum_algorithm=${step.checksum.algorithm},checksum=${literal(step.checksum.value)},source_hash=${literal(step.source_hash)},doubt=NULL,applied_at=pg_catalog.clock_timestamp() WHERE ${where(step)}`,
    erase: (migrationId, schema) =>
      `DELETE FROM ${table} WHERE migration_id=${migrationId} AND schema=${schema}`,
    storeScripts: `INSERT INTO ${scripts}(hash,text) SELECT * FROM unnest($1::text[],$2::text[]) ON CONFLICT DO NOTHING`,
    appliedText: `SELECT s.text FROM ${table} l JOIN ${scripts} s ON s.hash=l.source_hash WHERE l.migration_id=$1 AND l.schema=$2`
  }
}

/** The code of the refusal to remove an entry that is not there; its detail is the {@link nameOf} of the step. */
export const absent = "BF002"

/** A migration in its schema, for people. */
export const nameOf = (step: Step): string => `${step.migration_id} in schema ${step.schema}`

const raiseUnless = (condition: string, step: Step): string =>
  `IF NOT ${condition} THEN RAISE EXCEPTION 'the ledger has no entry to remove' USING ERRCODE='${absent}',DETAIL=${literal(nameOf(step))};END IF;`

const among = (steps: ReadonlyArray<Step>): string =>
  `(migration_id,schema) IN (${steps.map(step => `(${literal(step.migration_id)},${literal(step.schema)})`).join(",")})`

/** Any number, the same for everybody: who creates a ledger waits for the other who does. */
const creationKey = "4716402187235114337"

const insert = (
  table: string,
  step: Step,
  context: RunContext,
  state: LedgerEntry["state"],
  at?: number
): string =>
  `INSERT INTO ${table}(migration_id,connection,schema,version,name,state,direction,checksum_algorithm,checksum,source_hash,run_id,actor,method${at === undefined ? "" : ",applied_at"}) VALUES(${[
    step.migration_id,
    step.connection,
    step.schema,
    step.version,
    step.name,
    state,
    "up"
  ]
    .map(literal)
    .join(",")},${step.checksum.algorithm},${[
    step.checksum.value,
    step.source_hash,
    context.runId,
    context.actor.name,
    context.actor.method
  ]
    .map(literal)
    .join(",")}${at === undefined ? "" : `,to_timestamp(${at / 1_000})`})`

/** What {@link Ledger.select} found. As JSON in one row: pg takes three times as long over a thousand rows. */
export const entriesOf = (result: Result | undefined): ReadonlyArray<Entry> => {
  const entries: unknown = result?.rows[0]?.["entries"]
  return Array.isArray(entries) ? entries.map(decode) : []
}

/** What {@link Ledger.applied} or {@link Ledger.present} found: whether a step is among them. */
export const foundOf = (result: Result | undefined): ((step: Step) => boolean) => {
  const found: unknown = result?.rows[0]?.["found"]
  const keys = new Set(Array.isArray(found) ? found.map(key => JSON.stringify(key)) : [])
  return step => keys.has(JSON.stringify([step.migration_id, step.schema]))
}

/** What makes entries the same for planning. */
const grouping = [
  "migration_id",
  "version",
  "name",
  "checksum_algorithm",
  "checksum",
  "source_hash",
  "run_id"
]

/** What {@link Ledger.survey} found. */
export const groupsOf = (connection: string, result: Result | undefined): ReadonlyArray<Group> => {
  const groups: unknown = result?.rows[0]?.["groups"]
  const applied = Array.isArray(groups) ? groups.flatMap(group => groupOf(connection, group)) : []
  return [...applied, ...grouped(entriesOf(result))]
}

const groupOf = (connection: string, group: unknown): ReadonlyArray<Group> => {
  const [key, schemas]: ReadonlyArray<unknown> = Array.isArray(group) ? group : []
  const [migrationId = "", version = "", name = "", algorithm, value = "", sourceHash = "", runId = ""] =
    String(key).split("\n")
  const checksum = { algorithm: Number(algorithm), value }
  const applied = { state: "applied", direction: "up", unitsDone: 0, unitBegun: false } as const
  const mark = { migrationId, connection, version, name, checksum, sourceHash, runId, ...applied }
  return [{ mark, schemas: String(schemas).split("\n") }]
}

const decode = (row: Readonly<Record<string, unknown>>): Entry => ({
  migrationId: String(row["migration_id"]),
  connection: String(row["connection"]),
  schema: String(row["schema"]),
  version: String(row["version"]),
  name: String(row["name"]),
  state: row["state"] === "running" ? "running" : "applied",
  direction: row["direction"] === "down" ? "down" : "up",
  checksum: { algorithm: Number(row["checksum_algorithm"]), value: String(row["checksum"]) },
  sourceHash: String(row["source_hash"]),
  unitsDone: Number(row["units_done"]),
  unitBegun: row["doubt"] !== null,
  doneHash: String(row["done_hash"]),
  doubt: typeof row["doubt"] === "string" ? row["doubt"] : undefined,
  appliedAt: Number(row["applied_at"]),
  runId: String(row["run_id"]),
  actor: String(row["actor"]),
  method: String(row["method"])
})

/** The ledger, or its schema, is not there yet: nothing was ever applied. */
export const isAbsent = (fault: { readonly _tag: string; readonly code?: string | undefined }): boolean =>
  fault._tag === "Refused" && (fault.code === "42P01" || fault.code === "3F000")

/** Creates the ledger; costs nothing but a round trip when it is there. */
export const ensure = (wire: Wire, ledger: Ledger) =>
  wire.send(ledger.create).pipe(
    Effect.tapError(() => Effect.ignore(wire.send("ROLLBACK"))),
    Effect.asVoid
  )
