import type { FleetStatements } from "../Dialect.ts"

/** Workers, and the runs that wait for them. Every time is the database's own. */
export const make = (runColumns: string, epoch: (column: string) => string): FleetStatements => ({
  beat: ({ id, host, pid, version, since, draining, capacity, runs }) => ({
    text: `delete from bfm_workers where heartbeat_at < utc_timestamp(3) - interval 1 hour and id <> ?;
insert into bfm_workers (id, host, pid, version, since, heartbeat_at, draining, capacity, runs)
values (?, ?, ?, ?, timestamp'1970-01-01 00:00:00' + interval ? microsecond, utc_timestamp(3), ?, ?, ?)
on duplicate key update version = values(version), since = values(since), heartbeat_at = values(heartbeat_at),
  draining = values(draining), capacity = values(capacity), runs = values(runs)`,
    values: [id, id, host, pid, version, Math.round(since * 1_000), draining, capacity, JSON.stringify(runs)]
  }),
  leave: id => ({ text: "delete from bfm_workers where id = ?", values: [id] }),
  workers: silence => ({
    text: `select id, host, pid, version, ${epoch("since")} as since, ${epoch("heartbeat_at")} as heartbeat_at,
  heartbeat_at > ${before} as alive, draining, capacity, runs from bfm_workers order by id`,
    values: [micro(silence)]
  }),
  due: ({ silence, handedOut }) => ({
    text: `select id, attempt, owner from bfm_runs
where finished_at is null and fleet = 1 and (dispatched_at is null or dispatched_at < ${before})
  and (owner is null or heartbeat_at < ${before})
order by id limit 100`,
    values: [micro(handedOut), micro(silence)]
  }),
  handOut: ({ id, attempt }, notice) => ({
    text: `update bfm_runs set attempt = attempt + 1, dispatched_at = utc_timestamp(3), notice = coalesce(?, notice)
where id = ? and attempt = ? and finished_at is null;
select ? as id from dual where row_count() = 1`,
    values: [notice ?? null, id, attempt, id]
  }),
  claim: (id, owner, silence) => ({
    text: `update bfm_runs set owner = ?, fence = fence + 1, heartbeat_at = utc_timestamp(3), notice = null
where id = ? and finished_at is null and fleet = 1 and (owner is null or heartbeat_at < ${before});
set @claimed = row_count();
select ${runColumns}, fence, (select coalesce(max(e.\`last\`), 0) from bfm_run_events e where e.run_id = ?) as after
from bfm_runs where id = ? and @claimed = 1`,
    values: [owner, id, micro(silence), id, id]
  }),
  release: (id, fence, notice) => ({
    text: `update bfm_runs set state = 'queued', owner = null, heartbeat_at = null, running = 0, notice = ?,
  dispatched_at = if(? is null, null, utc_timestamp(3))
where id = ? and fence = ? and finished_at is null`,
    values: [notice ?? null, notice ?? null, id, fence]
  })
})

const before = "utc_timestamp(3) - interval ? microsecond"

const micro = (milliseconds: number): number => Math.round(milliseconds * 1_000)
