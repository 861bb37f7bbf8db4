import { identifier } from "../../postgresql/Quote.ts"
import { type Batch, encode } from "../Batch.ts"
import type { HistoryRequest, Statement, Statements } from "../Dialect.ts"
import { fingerprint, type Step } from "../Tables.ts"
import * as LockKeys from "./LockKeys.ts"

/** The statements over the tables in one schema. */
export const make = (schema: string, steps: ReadonlyArray<Step>): Statements => {
  const quoted = identifier(schema)
  const installed = `(select string_agg(version || ':' || checksum, ',' order by version) = $1 as current from ${quoted}.bfm_schema_version)`
  const known = fingerprint(steps)
  return {
    version: { text: `select current from ${installed} as installed`, values: [known] },
    executions: connections => ({
      text: `select installed.current, ${executionColumns}
from ${installed} as installed left join ${quoted}.bfm_executions e on e.connection = any($2::text[])`,
      values: [known, [...connections]]
    }),
    history: request => history(quoted, request),
    runs: limit => ({
      text: `select ${runColumns} from ${quoted}.bfm_runs order by started_at desc, id desc limit $1`,
      values: [limit]
    }),
    run: id => ({ text: `select ${runColumns} from ${quoted}.bfm_runs where id = $1`, values: [id] }),
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

const executionColumns = `e.migration_id, e.schema, e.version, e.name, e.connection, e.backend, e.status,
  ${epoch("e.at")} as at, e.run_id, e.actor, e.method, e.error`

const runColumns = `id, actor, method, direction, plan_hash, state, ${epoch("started_at")} as started_at,
  ${epoch("finished_at")} as finished_at, total, succeeded, failed, current_step`

const history = (quoted: string, request: HistoryRequest): Statement => {
  const values: Array<unknown> = []
  const conditions: Array<string> = []
  const where = (condition: string, value: unknown) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(`${condition} $${values.length}`)
  }
  where("migration_id =", request.migrationId)
  where("connection =", request.connection)
  where("schema =", request.schema)
  where("h.position <", request.before)
  values.push(request.limit)
  return {
    text: `select position::text, migration_id, schema, version, name, connection, backend, event,
  ${epoch("at")} as at, actor, method, run_id, duration_ms, error
from ${quoted}.bfm_history h${conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`}
order by h.position desc limit $${values.length}`,
    values
  }
}

/** One statement, so one round trip, all or nothing. `is distinct from`: an unchanged row is not written again. */
export const record = (schema: string, batch: Batch): Statement => ({
  text: recording(identifier(schema)),
  values: [encode(batch)]
})

const recording = (quoted: string): string => `with batch as materialized (select $1::jsonb as j),
runs as (
  insert into ${quoted}.bfm_runs as t
  select id, actor->>'name', actor->>'method', direction, plan_hash, state, ${time("started_at")},
    ${time("finished_at")}, total, succeeded, failed, current
  from batch, jsonb_to_recordset(j->'runs') as r(id text, actor jsonb, direction text, plan_hash text, state text,
    started_at float8, finished_at float8, total int, succeeded int, failed int, current text)
  on conflict (id) do update set (actor, method, direction, plan_hash, state, started_at, finished_at, total,
    succeeded, failed, current_step) = (excluded.actor, excluded.method, excluded.direction, excluded.plan_hash,
    excluded.state, excluded.started_at, excluded.finished_at, excluded.total, excluded.succeeded,
    excluded.failed, excluded.current_step)
  where t.* is distinct from excluded.*
), executions as (
  insert into ${quoted}.bfm_executions as t
  select migration_id, schema, version, name, connection, backend, status, ${time("at")}, run_id, actor, method, error
  from batch, jsonb_to_recordset(j->'executions') as e(migration_id text, schema text, version text, name text,
    connection text, backend text, status text, at float8, run_id text, actor text, method text, error text)
  on conflict (migration_id, schema) do update set (version, name, connection, backend, status, at, run_id, actor,
    method, error) = (excluded.version, excluded.name, excluded.connection, excluded.backend, excluded.status,
    excluded.at, excluded.run_id, excluded.actor, excluded.method, excluded.error)
  where t.* is distinct from excluded.*
), removed as (
  delete from ${quoted}.bfm_executions t
  using batch, jsonb_to_recordset(j->'removed') as r(migration_id text, schema text)
  where t.migration_id = r.migration_id and t.schema = r.schema
)
insert into ${quoted}.bfm_history (event_key, migration_id, schema, version, name, connection, backend, event, at,
  actor, method, run_id, duration_ms, error)
select event_key, migration_id, schema, version, name, connection, backend, event, at, actor, method, run_id,
  duration_ms, error
from batch, rows from (jsonb_to_recordset(j->'history') as (event_key text, migration_id text, schema text,
  version text, name text, connection text, backend text, event text, at timestamptz, actor text, method text,
  run_id text, duration_ms float8, error text)) with ordinality
order by ordinality
on conflict (event_key) do nothing`

const time = (column: string): string => `to_timestamp(${column} / 1000)`
