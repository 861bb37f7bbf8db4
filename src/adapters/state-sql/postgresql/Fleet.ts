import type { FleetStatements } from "../Dialect.ts"

/** Workers, and the runs that wait for them. Every time is the database's own. */
export const make = (
  quoted: string,
  runColumns: string,
  epoch: (column: string) => string
): FleetStatements => ({
  beat: ({ id, host, pid, version, since, draining, capacity, runs }) => ({
    text: `with forgotten as (
  delete from ${quoted}.bfm_workers where heartbeat_at < clock_timestamp() - interval '1 hour' and id <> $1
)
insert into ${quoted}.bfm_workers (id, host, pid, version, since, heartbeat_at, draining, capacity, runs)
values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), clock_timestamp(), $6, $7, $8)
on conflict (id) do update set (version, since, heartbeat_at, draining, capacity, runs) =
  (excluded.version, excluded.since, excluded.heartbeat_at, excluded.draining, excluded.capacity, excluded.runs)`,
    values: [id, host, pid, version, since, draining, capacity, JSON.stringify(runs)]
  }),
  leave: id => ({ text: `delete from ${quoted}.bfm_workers where id = $1`, values: [id] }),
  workers: silence => ({
    text: `select id, host, pid, version, ${epoch("since")} as since, ${epoch("heartbeat_at")} as heartbeat_at,
  heartbeat_at > ${before("$1")} as alive, draining, capacity, runs
from ${quoted}.bfm_workers order by id`,
    values: [silence]
  }),
  due: ({ silence, handedOut }) => ({
    text: `select id, attempt, owner from ${quoted}.bfm_runs
where finished_at is null and fleet and (dispatched_at is null or dispatched_at < ${before("$2")})
  and (owner is null or heartbeat_at < ${before("$1")})
order by id limit 100`,
    values: [silence, handedOut]
  }),
  handOut: ({ id, attempt }, notice) => ({
    text: `update ${quoted}.bfm_runs set attempt = attempt + 1, dispatched_at = clock_timestamp(),
  notice = coalesce($3, notice)
where id = $1 and attempt = $2 and finished_at is null returning id`,
    values: [id, attempt, notice ?? null]
  }),
  claim: (id, owner, silence) => ({
    text: `update ${quoted}.bfm_runs set owner = $2, fence = fence + 1, heartbeat_at = clock_timestamp(), notice = null
where id = $1 and finished_at is null and fleet and (owner is null or heartbeat_at < ${before("$3")})
returning ${runColumns}, fence,
  (select coalesce(max(e.last), 0) from ${quoted}.bfm_run_events e where e.run_id = $1) as after`,
    values: [id, owner, silence]
  }),
  release: (id, fence, notice) => ({
    text: `update ${quoted}.bfm_runs set state = 'queued', owner = null, heartbeat_at = null, running = 0, notice = $3,
  dispatched_at = case when $3::text is null then null else clock_timestamp() end
where id = $1 and fence = $2 and finished_at is null`,
    values: [id, fence, notice ?? null]
  })
})

const before = (milliseconds: string): string =>
  `clock_timestamp() - make_interval(secs => ${milliseconds}::float8 / 1000)`
