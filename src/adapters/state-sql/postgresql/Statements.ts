import { identifier } from "../../postgresql/Quote.ts"
import type { HistoryRequest, Statement, Statements } from "../Dialect.ts"
import { type ExecutionRow, remembered } from "../Rows.ts"
import { fingerprint, type Step } from "../Tables.ts"
import * as Fleet from "./Fleet.ts"
import * as Life from "./Life.ts"
import * as LockKeys from "./LockKeys.ts"

/** The statements over the tables in one schema. */
export const make = (schema: string, steps: ReadonlyArray<Step>): Statements => {
  const quoted = identifier(schema)
  const installed = `(select string_agg(version || ':' || checksum, ',' order by version) = $1 as current from ${quoted}.bfm_schema_version)`
  const known = fingerprint(steps)
  return {
    version: { text: `select current from ${installed} as installed`, values: [known] },
    executions: connections => ({
      text: `select installed.current, (select coalesce(json_agg(l), '[]') from (
  select ${executionColumns} from ${quoted}.bfm_executions e where e.connection = any($2::text[])
) l) as executions from ${installed} as installed`,
      values: [known, [...connections]]
    }),
    // As JSON in one row: pg takes three times as long over a thousand rows. The columns are the statement's.
    executionsOf: ([row]) => (row?.["executions"] ?? []) as ReadonlyArray<ExecutionRow>,
    // One text to group by, and the schemas as one text: twice as fast as columns and arrays.
    applied: connections => ({
      text: `select installed.current, (select coalesce(json_agg(json_build_array(k, s)), '[]') from (
  select e.connection || e'\\n' || e.migration_id || e'\\n' || e.run_id as k, string_agg(e.schema, e'\\n') as s
  from ${quoted}.bfm_executions e where e.connection = any($2::text[]) and e.status = 'applied' group by 1
) g) as groups from ${installed} as installed`,
      values: [known, [...connections]]
    }),
    appliedOf: ([row]) =>
      // The columns are the statement's.
      ((row?.["groups"] ?? []) as ReadonlyArray<readonly [string, string]>).map(([key, schemas]) =>
        remembered(key, schemas)
      ),
    latest: ({ migrationId, connections, limit }) => ({
      text: `select ${executionColumns} from ${quoted}.bfm_executions e
where ${meant("e")} order by e.at desc, e.migration_id, e.schema limit $3`,
      values: [migrationId ?? null, connections ?? null, limit]
    }),
    skips: ({ migrationId, connections, limit }) => ({
      text: `select s.migration_id, s.schema, s.version, s.name, s.connection, s.backend, ${epoch("s.at")} as at, s.actor,
  s.method, s.run_id, r.request_id, r.endpoint
from ${quoted}.bfm_skips s left join ${quoted}.bfm_runs r on r.id = s.run_id
where ${meant("s")} order by s.position desc limit $3`,
      values: [migrationId ?? null, connections ?? null, limit]
    }),
    history: request => history(quoted, request),
    newest: {
      text: `select coalesce(max(position), 0)::text as newest from ${quoted}.bfm_history`,
      values: []
    },
    touched: (since, migrationIds) => ({
      text: `select migration_id from ${quoted}.bfm_history where migration_id = any($1::text[]) and position > $2::bigint`,
      values: [[...migrationIds], since]
    }),
    runs: limit => ({
      // The table's own column: the one that is selected under its name has no index.
      text: `select ${runColumns} from ${quoted}.bfm_runs r order by r.started_at desc, r.id desc limit $1`,
      values: [limit]
    }),
    run: id => ({ text: `select ${runColumns} from ${quoted}.bfm_runs where id = $1`, values: [id] }),
    life: Life.make(quoted, runColumns),
    fleet: Fleet.make(quoted, runColumns, epoch),
    held: {
      text: `select connection, schema, run_id, actor, ${epoch("since")} as since
from ${quoted}.bfm_locks l where ${LockKeys.isHeld("l")} order by connection, schema`,
      values: []
    },
    holder: key => ({
      text: `select l.actor, l.run_id, ${epoch("now()")} - ${epoch("l.since")} as held_for, r.current_step
from ${quoted}.bfm_locks l left join ${quoted}.bfm_runs r on r.id = l.run_id
where l.lock_key = $1::bigint and ${LockKeys.isHeld("l")}`,
      values: [LockKeys.of(schema, key)]
    })
  }
}

/** Milliseconds as a number: pg hands out other numeric types as text. */
const epoch = (column: string): string => `round(extract(epoch from ${column}) * 1000)::float8`

/** Of one migration, and of some connections, or of all. */
const meant = (table: string): string =>
  `($1::text is null or ${table}.migration_id = $1) and ($2::text[] is null or ${table}.connection = any($2))`

const executionColumns = `e.migration_id, e.schema, e.version, e.name, e.connection, e.backend, e.status,
  ${epoch("e.at")} as at, e.run_id, e.actor, e.method, e.error`

/** Of a run as the domain knows it. */
const runColumns = `id, actor, method, direction, connections, plan_hash, state, ${epoch("started_at")} as started_at,
  ${epoch("finished_at")} as finished_at, total, running, succeeded, failed, skipped, not_run, current_step, error,
  owner, ${epoch("heartbeat_at")} as heartbeat_at, cancelled_by, continues, continued_by, notice, request_id, endpoint`

const history = (quoted: string, request: HistoryRequest): Statement => {
  const values: Array<unknown> = []
  const conditions: Array<string> = []
  const where = (condition: (value: string) => string, value: unknown) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  where(value => `h.migration_id = ${value}`, request.migrationId)
  // Of one, in the order of the index.
  const [connection, ...others] = request.connections ?? []
  if (others.length === 0 && connection !== undefined) where(value => `h.connection = ${value}`, connection)
  else where(value => `h.connection = any(${value}::text[])`, request.connections)
  where(value => `h.schema = ${value}`, request.schema)
  where(value => `h.position < ${value}`, request.before)
  values.push(request.limit)
  return {
    text: `select h.position::text, h.migration_id, h.schema, h.version, h.name, h.connection, h.backend, h.event,
  ${epoch("h.at")} as at, h.actor, h.method, h.run_id, h.duration_ms, h.error, r.request_id, r.endpoint
from ${quoted}.bfm_history h left join ${quoted}.bfm_runs r on r.id = h.run_id${conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`}
order by h.position desc limit $${values.length}`,
    values
  }
}
