import type { Step } from "../Tables.ts"

/**
 * The state's tables in PostgreSQL, step by step. `%schema%` stands for the quoted schema. Add to the end; never
 * change what was released.
 */
export const steps: ReadonlyArray<Step> = [
  {
    version: 1,
    name: "runs, executions, history, locks",
    text: `
create table %schema%.bfm_runs (
  id text primary key,
  actor text not null,
  method text not null,
  direction text not null,
  plan_hash text not null,
  state text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  total integer not null,
  succeeded integer not null,
  failed integer not null,
  current_step text,
  error text,
  request_id text,
  endpoint text
);
create index bfm_runs_newest on %schema%.bfm_runs (started_at desc, id desc);

create table %schema%.bfm_executions (
  migration_id text not null,
  schema text not null,
  version text not null,
  name text not null,
  connection text not null,
  backend text not null,
  status text not null,
  at timestamptz not null,
  run_id text not null,
  actor text not null,
  method text not null,
  error text,
  primary key (migration_id, schema)
);
create index bfm_executions_connection on %schema%.bfm_executions (connection);
create index bfm_executions_latest on %schema%.bfm_executions (at desc);

create table %schema%.bfm_history (
  position bigserial primary key,
  event_key text not null unique,
  migration_id text not null,
  schema text not null,
  version text not null,
  name text not null,
  connection text not null,
  backend text not null,
  event text not null,
  at timestamptz not null,
  actor text not null,
  method text not null,
  run_id text not null,
  duration_ms double precision,
  error text
);
create index bfm_history_migration on %schema%.bfm_history (migration_id, position desc);
create index bfm_history_place on %schema%.bfm_history (connection, schema, position desc);

create table %schema%.bfm_skips (
  position bigserial primary key,
  event_key text not null unique,
  migration_id text not null,
  schema text not null,
  version text not null,
  name text not null,
  connection text not null,
  backend text not null,
  at timestamptz not null,
  actor text not null,
  method text not null,
  run_id text not null
);
create index bfm_skips_migration on %schema%.bfm_skips (migration_id, schema, position desc);

create table %schema%.bfm_locks (
  lock_key bigint primary key,
  connection text not null,
  schema text not null,
  run_id text not null,
  actor text not null,
  pid integer not null,
  since timestamptz not null
);
`
  },
  {
    version: 2,
    name: "runs as resources: counts, owner, events",
    text: `
alter table %schema%.bfm_runs
  add column running integer not null default 0,
  add column skipped integer not null default 0,
  add column not_run integer not null default 0,
  add column owner text,
  add column heartbeat_at timestamptz,
  add column silent_at timestamptz,
  add column fence integer not null default 0,
  add column fleet boolean not null default false,
  add column attempt integer not null default 0,
  add column dispatched_at timestamptz,
  add column cancelled_by text,
  add column continues text,
  add column continued_by text,
  add column notice text,
  add column asked jsonb,
  add column refusal jsonb;
create index bfm_runs_open on %schema%.bfm_runs (id) where finished_at is null;
create index bfm_runs_plan on %schema%.bfm_runs (plan_hash, id);

create table %schema%.bfm_run_events (
  run_id text not null,
  first integer not null,
  fence integer not null,
  last integer not null,
  events jsonb not null,
  primary key (run_id, first, fence)
);

create table %schema%.bfm_workers (
  id text primary key,
  host text not null,
  pid integer not null,
  version text not null,
  since timestamptz not null,
  heartbeat_at timestamptz not null,
  capacity integer not null,
  runs text not null
);
`
  },
  {
    version: 3,
    name: "runs that are cancelled with the statement in flight",
    text: `
alter table %schema%.bfm_runs add column cancel_now boolean not null default false;
`
  },
  {
    version: 4,
    name: "workers say that they leave",
    text: `
alter table %schema%.bfm_workers add column draining boolean not null default false;
`
  },
  {
    version: 5,
    name: "runs say which connections they reach",
    text: `
alter table %schema%.bfm_runs add column connections text;
`
  }
]
