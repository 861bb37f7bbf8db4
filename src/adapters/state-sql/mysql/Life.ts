import type { LifeStatements } from "../Dialect.ts"

/** How runs are watched, ended and given up, by whoever may do so. */
export const make = (runColumns: string): LifeStatements => ({
  detail: id => ({ text: "select asked, refusal from bfm_runs where id = ?", values: [id] }),
  events: ({ runId, after, parts }) => ({
    text: `select e.\`first\`, e.events, (select min(h.\`first\`) from bfm_run_events h
    where h.run_id = e.run_id and h.fence > e.fence) as until
from bfm_run_events e where e.run_id = ? and e.\`last\` > ? order by e.fence, e.\`first\` limit ?`,
    values: [runId, after, parts]
  }),
  planned: planHash => ({
    text: `select ${runColumns} from bfm_runs where plan_hash = ? order by id desc limit 1`,
    values: [planHash]
  }),
  // Of a run that was given up too early it is taken back. What is assigned first is seen by what comes later.
  beat: (id, fence) => ({
    text: `update bfm_runs set state = if(silent_at is null, state, 'running'), error = if(silent_at is null, error, null),
  finished_at = null, silent_at = null, heartbeat_at = utc_timestamp(3)
where id = ? and fence = ? and (finished_at is null or silent_at is not null);
select fence, cancelled_by, cancel_now from bfm_runs where id = ?`,
    values: [id, fence, id]
  }),
  cancel: (id, { by, now }) => ({
    text: `set @open = (select count(*) from bfm_runs where id = ? and finished_at is null);
update bfm_runs set cancelled_by = coalesce(cancelled_by, ?), cancel_now = cancel_now or ?, state = if(${waits}, 'cancelled', state),
  finished_at = if(${waits}, utc_timestamp(3), null), fence = fence + if(${waits}, 1, 0)
where id = ? and finished_at is null;
select ${runColumns} from bfm_runs where id = ? and @open = 1`,
    values: [id, by, now, id, id]
  }),
  goOn: (id, next, stale) => ({
    text: `update bfm_runs old left join bfm_runs run on run.id = old.continued_by set old.continued_by = ?
where old.id = ? and (old.continued_by is null or old.continued_by < ? and run.id is null);
select continued_by from bfm_runs where id = ? and continued_by = ?`,
    values: [next, id, stale, id, next]
  }),
  abandon: (silence, error) => ({
    text: `update bfm_runs set state = 'interrupted', finished_at = utc_timestamp(3), silent_at = utc_timestamp(3),
  error = ?, running = 0
where finished_at is null and fleet = 0
  and coalesce(heartbeat_at, started_at) < utc_timestamp(3) - interval ? microsecond;
select row_count() as abandoned`,
    values: [error, Math.round(silence * 1_000)]
  })
})

/** Whether the run waits for a worker, so that nobody has to be asked to end it. */
const waits = "fleet = 1 and owner is null"
