import { identifier } from "../../postgresql/Quote.ts"
import { type Batch, encode, keptSkips } from "../Batch.ts"
import type { HistoryRequest, Statement, Statements } from "../Dialect.ts"
import { type ExecutionRow, remembered } from "../Rows.ts"
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
    latest: ({ migrationId, limit }) => ({
      text: `select ${executionColumns} from ${quoted}.bfm_executions e
where $1::text is null or e.migration_id = $1 order by e.at desc, e.migration_id, e.schema limit $2`,
      values: [migrationId ?? null, limit]
    }),
    skips: ({ migrationId, limit }) => ({
      text: `select s.migration_id, s.schema, s.version, s.name, s.connection, s.backend, ${epoch("s.at")} as at, s.actor,
  s.method, s.run_id, r.request_id, r.endpoint
from ${quoted}.bfm_skips s left join ${quoted}.bfm_runs r on r.id = s.run_id
where $1::text is null or s.migration_id = $1 order by s.position desc limit $2`,
      values: [migrationId ?? null, limit]
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
  ${epoch("finished_at")} as finished_at, total, succeeded, failed, current_step, error,
  request_id, endpoint`

const history = (quoted: string, request: HistoryRequest): Statement => {
  const values: Array<unknown> = []
  const conditions: Array<string> = []
  const where = (condition: string, value: unknown) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(`${condition} $${values.length}`)
  }
  where("h.migration_id =", request.migrationId)
  where("h.connection =", request.connection)
  where("h.schema =", request.schema)
  where("h.position <", request.before)
  values.push(request.limit)
  return {
    text: `select h.position::text, h.migration_id, h.schema, h.version, h.name, h.connection, h.backend, h.event,
  ${epoch("h.at")} as at, h.actor, h.method, h.run_id, h.duration_ms, h.error, r.request_id, r.endpoint
from ${quoted}.bfm_history h left join ${quoted}.bfm_runs r on r.id = h.run_id${conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`}
order by h.position desc limit $${values.length}`,
    values
  }
}

/** One statement, so one round trip, all or nothing. `is distinct from`: an unchanged row is not written again. */
export const record = (schema: string, batch: Batch): Statement => ({
  text: recording(identifier(schema), batch.skips.length > 0),
  values: [encode(batch)]
})

const recording = (
  quoted: string,
  skips: boolean
): string => `with batch as materialized (select $1::jsonb as j),
runs as (
  insert into ${quoted}.bfm_runs as t
  select id, actor->>'name', actor->>'method', direction, plan_hash, state, ${time("started_at")},
    ${time("finished_at")}, total, succeeded, failed, current, error, actor->'request'->>'id', actor->'request'->>'endpoint'
  from batch, jsonb_to_recordset(j->'runs') as r(id text, actor jsonb, direction text, plan_hash text, state text,
    started_at float8, finished_at float8, total int, succeeded int, failed int, current text, error text)
  on conflict (id) do update set (actor, method, direction, plan_hash, state, started_at, finished_at, total,
    succeeded, failed, current_step, error, request_id, endpoint) = (excluded.actor, excluded.method,
    excluded.direction, excluded.plan_hash, excluded.state, excluded.started_at, excluded.finished_at,
    excluded.total, excluded.succeeded, excluded.failed, excluded.current_step, excluded.error,
    excluded.request_id, excluded.endpoint)
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
)${skips ? skipping(quoted) : ""}
insert into ${quoted}.bfm_history (event_key, migration_id, schema, version, name, connection, backend, event, at,
  actor, method, run_id, duration_ms, error)
select event_key, migration_id, schema, version, name, connection, backend, event, at, actor, method, run_id,
  duration_ms, error
from batch, rows from (jsonb_to_recordset(j->'history') as (event_key text, migration_id text, schema text,
  version text, name text, connection text, backend text, event text, at timestamptz, actor text, method text,
  run_id text, duration_ms float8, error text)) with ordinality
order by ordinality
on conflict (event_key) do nothing`

/** What the statement inserts its own delete cannot see: the others are counted, and one less of them stays. */
const skipping = (quoted: string): string => `, skips as (
  select * from batch, jsonb_to_recordset(j->'skips') as s(event_key text, migration_id text, schema text,
    version text, name text, connection text, backend text, at timestamptz, actor text, method text, run_id text)
), skipped as (
  insert into ${quoted}.bfm_skips (event_key, migration_id, schema, version, name, connection, backend, at, actor,
    method, run_id)
  select event_key, migration_id, schema, version, name, connection, backend, at, actor, method, run_id from skips
  on conflict (event_key) do nothing
), outlived as (
  delete from ${quoted}.bfm_skips t using (
    select o.position, row_number() over (partition by o.migration_id, o.schema order by o.position desc) as n
    from ${quoted}.bfm_skips o join skips s on s.migration_id = o.migration_id and s.schema = o.schema
    where o.event_key <> s.event_key
  ) old where old.position = t.position and old.n >= ${keptSkips}
)`

const time = (column: string): string => `to_timestamp(${column} / 1000)`
