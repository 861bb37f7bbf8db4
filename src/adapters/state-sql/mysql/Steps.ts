import type { Step } from "../Tables.ts"

/**
 * The state's tables in MySQL and MariaDB, step by step. Add to the end; never change what was released.
 *
 * Every statement here is committed by itself and can be the last one before a crash: the step is then begun
 * again. So each must be repeatable: what is already there may be said again (see `Upgrade.ts`), and rows are
 * changed in a way that comes to the same twice. A statement ends with `;` at the end of a line.
 *
 * Times are UTC. Keys over several texts are hashes: they are compared byte by byte, whereas a text's trailing
 * blanks would not count, and they fit into an index.
 */
export const steps: ReadonlyArray<Step> = [
  {
    version: 1,
    name: "runs, executions, history, locks",
    text: `
create table if not exists bfm_runs (
  id varchar(255) not null primary key,
  actor text not null,
  method text not null,
  direction text not null,
  plan_hash text not null,
  state varchar(50) not null,
  started_at datetime(3) not null,
  finished_at datetime(3),
  total int not null,
  succeeded int not null,
  failed int not null,
  current_step text,
  error mediumtext,
  request_id varchar(255),
  endpoint varchar(500),
  key bfm_runs_newest (started_at, id)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;

create table if not exists bfm_executions (
  execution_key varchar(64) not null primary key,
  migration_id varchar(600) not null,
  \`schema\` varchar(1100) not null,
  version varchar(50) not null,
  name varchar(300) not null,
  connection varchar(255) not null,
  backend varchar(50) not null,
  status varchar(50) not null,
  at datetime(3) not null,
  run_id varchar(255) not null,
  actor text not null,
  method text not null,
  error mediumtext,
  key bfm_executions_connection (connection),
  key bfm_executions_migration (migration_id),
  key bfm_executions_latest (at)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;

create table if not exists bfm_history (
  position bigint not null auto_increment primary key,
  event_key varchar(64) not null unique,
  migration_id varchar(600) not null,
  \`schema\` varchar(1100) not null,
  version varchar(50) not null,
  name varchar(300) not null,
  connection varchar(255) not null,
  backend varchar(50) not null,
  event varchar(50) not null,
  at datetime(3) not null,
  actor text not null,
  method text not null,
  run_id varchar(255) not null,
  duration_ms double,
  error mediumtext,
  key bfm_history_migration (migration_id, position),
  key bfm_history_place (connection, \`schema\`(400), position)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;

create table if not exists bfm_skips (
  position bigint not null auto_increment primary key,
  event_key varchar(64) not null unique,
  execution_key varchar(64) not null,
  migration_id varchar(600) not null,
  \`schema\` varchar(1100) not null,
  version varchar(50) not null,
  name varchar(300) not null,
  connection varchar(255) not null,
  backend varchar(50) not null,
  at datetime(3) not null,
  actor text not null,
  method text not null,
  run_id varchar(255) not null,
  key bfm_skips_migration (migration_id, position),
  key bfm_skips_execution (execution_key, position)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;

create table if not exists bfm_locks (
  lock_name varchar(64) not null primary key,
  connection varchar(255) not null,
  \`schema\` varchar(1100) not null,
  run_id varchar(255) not null,
  actor text not null,
  session_id bigint unsigned not null,
  since datetime(3) not null
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;
`
  },
  {
    version: 2,
    name: "runs as resources: counts, owner, events",
    text: `
alter table bfm_runs add column running int not null default 0;
alter table bfm_runs add column skipped int not null default 0;
alter table bfm_runs add column not_run int not null default 0;
alter table bfm_runs add column owner varchar(255);
alter table bfm_runs add column heartbeat_at datetime(3);
alter table bfm_runs add column silent_at datetime(3);
alter table bfm_runs add column fence int not null default 0;
alter table bfm_runs add column fleet tinyint not null default 0;
alter table bfm_runs add column attempt int not null default 0;
alter table bfm_runs add column dispatched_at datetime(3);
alter table bfm_runs add column cancelled_by text;
alter table bfm_runs add column continues varchar(255);
alter table bfm_runs add column continued_by varchar(255);
alter table bfm_runs add column notice text;
alter table bfm_runs add column asked longtext;
alter table bfm_runs add column refusal longtext;
alter table bfm_runs add key bfm_runs_open (finished_at);
alter table bfm_runs add key bfm_runs_plan (plan_hash(16), id);

create table if not exists bfm_run_events (
  run_id varchar(255) not null,
  \`first\` int not null,
  fence int not null,
  \`last\` int not null,
  events longtext not null,
  primary key (run_id, \`first\`, fence)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;

create table if not exists bfm_workers (
  id varchar(255) not null primary key,
  host varchar(255) not null,
  pid int not null,
  version varchar(100) not null,
  since datetime(3) not null,
  heartbeat_at datetime(3) not null,
  capacity int not null,
  runs text not null
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin;
`
  },
  {
    version: 3,
    name: "runs that are cancelled with the statement in flight",
    text: `
alter table bfm_runs add column cancel_now tinyint not null default 0;
`
  },
  {
    version: 4,
    name: "workers say that they leave",
    text: `
alter table bfm_workers add column draining tinyint not null default 0;
`
  },
  {
    version: 5,
    name: "runs say which connections they reach",
    text: `
alter table bfm_runs add column connections text;
`
  }
]
