import { identifier } from "../../postgresql/Quote.ts"
import { type Batch, encode, keptSkips } from "../Batch.ts"
import type { Statement } from "../Dialect.ts"

/** One statement, so one round trip, all or nothing. `is distinct from`: an unchanged row is not written again. */
export const record = (schema: string, batch: Batch): Statement => ({
  text: recording(identifier(schema), batch),
  values: [encode(batch)]
})

/** Only the parts that have rows: planning the others would cost the server as much. */
const recording = (quoted: string, batch: Batch): string => {
  const parts = [
    "batch as materialized (select $1::jsonb as j)",
    ...(batch.runs.length > 0 ? [runs(quoted)] : []),
    ...(batch.executions.length > 0 ? [executions(quoted)] : []),
    ...(batch.removed.length > 0 ? [removed(quoted)] : []),
    ...(batch.skips.length > 0 ? [skips(quoted)] : []),
    ...(batch.events.length > 0 ? [events(quoted)] : []),
    ...(batch.history.length > 0 ? [history(quoted)] : [])
  ]
  return `with ${parts.join(", ")} select`
}

const runs = (quoted: string): string => `runs as (
  insert into ${quoted}.bfm_runs as t (id, actor, method, direction, connections, plan_hash, state, started_at, finished_at, total,
    running, succeeded, failed, skipped, not_run, current_step, error, owner, continues, notice, fence, fleet, asked, refusal,
    request_id, endpoint, heartbeat_at)
  select id, actor->>'name', actor->>'method', direction, connections, plan_hash, state, ${time("started_at")},
    ${time("finished_at")}, total, running, succeeded, failed, skipped, not_run, current, error, owner, continues, notice,
    fence, fleet, nullif(asked, 'null'), nullif(refusal, 'null'), actor->'request'->>'id', actor->'request'->>'endpoint',
    case when owner is not null then clock_timestamp() end
  from batch, jsonb_to_recordset(j->'runs') as r(id text, actor jsonb, direction text, connections text, plan_hash text, state text,
    started_at float8, finished_at float8, total int, running int, succeeded int, failed int, skipped int, not_run int,
    current text, error text, owner text, continues text, notice text, fence int, fleet boolean, asked jsonb, refusal jsonb)
  on conflict (id) do update set (actor, method, direction, connections, plan_hash, state, started_at, finished_at, total, running,
    succeeded, failed, skipped, not_run, current_step, error, owner, continues, notice, request_id, endpoint, heartbeat_at,
    silent_at, asked, refusal) = (excluded.actor, excluded.method, excluded.direction, excluded.connections, excluded.plan_hash, excluded.state,
    excluded.started_at, excluded.finished_at, excluded.total, excluded.running, excluded.succeeded, excluded.failed,
    excluded.skipped, excluded.not_run, excluded.current_step, excluded.error, excluded.owner, excluded.continues,
    excluded.notice, excluded.request_id, excluded.endpoint, excluded.heartbeat_at, null,
    coalesce(t.asked, excluded.asked), excluded.refusal)
  where t.fence <= excluded.fence
)`

const executions = (quoted: string): string => `executions as (
  insert into ${quoted}.bfm_executions as t
  select migration_id, schema, version, name, connection, backend, status, ${time("at")}, run_id, actor, method, error
  from batch, jsonb_to_recordset(j->'executions') as e(migration_id text, schema text, version text, name text,
    connection text, backend text, status text, at float8, run_id text, actor text, method text, error text)
  on conflict (migration_id, schema) do update set (version, name, connection, backend, status, at, run_id, actor,
    method, error) = (excluded.version, excluded.name, excluded.connection, excluded.backend, excluded.status,
    excluded.at, excluded.run_id, excluded.actor, excluded.method, excluded.error)
  where t.* is distinct from excluded.*
)`

const removed = (quoted: string): string => `removed as (
  delete from ${quoted}.bfm_executions t
  using batch, jsonb_to_recordset(j->'removed') as r(migration_id text, schema text)
  where t.migration_id = r.migration_id and t.schema = r.schema
)`

/** What the statement inserts its own delete cannot see: the others are counted, and one less of them stays. */
const skips = (quoted: string): string => `skips as (
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

/** A part that is written again may have grown. */
const events = (quoted: string): string => `told as (
  insert into ${quoted}.bfm_run_events as t (run_id, first, fence, last, events)
  select run_id, first, fence, last, events
  from batch, jsonb_to_recordset(j->'events') as e(run_id text, first int, fence int, last int, events jsonb)
  where not exists (select from ${quoted}.bfm_runs r where r.id = e.run_id and r.fence > e.fence)
  on conflict (run_id, first, fence) do update set last = excluded.last, events = excluded.events
  where t.last < excluded.last
)`

const history = (quoted: string): string => `history as (
  insert into ${quoted}.bfm_history (event_key, migration_id, schema, version, name, connection, backend, event, at,
    actor, method, run_id, duration_ms, error)
  select event_key, migration_id, schema, version, name, connection, backend, event, at, actor, method, run_id,
    duration_ms, error
  from batch, rows from (jsonb_to_recordset(j->'history') as (event_key text, migration_id text, schema text,
    version text, name text, connection text, backend text, event text, at timestamptz, actor text, method text,
    run_id text, duration_ms float8, error text)) with ordinality
  order by ordinality
  on conflict (event_key) do nothing
)`

const time = (column: string): string => `to_timestamp(${column} / 1000)`
