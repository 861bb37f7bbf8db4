import type { LifeStatements } from "../Dialect.ts"

/** How runs are watched, ended and given up, by whoever may do so. */
export const make = (quoted: string, runColumns: string): LifeStatements => ({
  detail: id => ({ text: `select asked, refusal from ${quoted}.bfm_runs where id = $1`, values: [id] }),
  events: ({ runId, after, parts }) => ({
    text: `select e.first, e.events, (select min(h.first) from ${quoted}.bfm_run_events h
    where h.run_id = e.run_id and h.fence > e.fence) as until
from ${quoted}.bfm_run_events e where e.run_id = $1 and e.last > $2 order by e.fence, e.first limit $3`,
    values: [runId, after, parts]
  }),
  planned: planHash => ({
    text: `select ${runColumns} from ${quoted}.bfm_runs where plan_hash = $1 order by id desc limit 1`,
    values: [planHash]
  }),
  // Of a run that was given up too early it is taken back.
  beat: (id, fence) => ({
    text: `with beat as (
  update ${quoted}.bfm_runs set heartbeat_at = clock_timestamp(), silent_at = null,
    state = case when silent_at is null then state else 'running' end,
    error = case when silent_at is null then error end, finished_at = null
  where id = $1 and fence = $2 and (finished_at is null or silent_at is not null)
)
select fence, cancelled_by, cancel_now from ${quoted}.bfm_runs where id = $1`,
    values: [id, fence]
  }),
  cancel: (id, { by, now }) => ({
    text: `update ${quoted}.bfm_runs set cancelled_by = coalesce(cancelled_by, $2), cancel_now = cancel_now or $3::boolean,
  state = case when ${waits} then 'cancelled' else state end,
  finished_at = case when ${waits} then clock_timestamp() end,
  fence = fence + case when ${waits} then 1 else 0 end
where id = $1 and finished_at is null returning ${runColumns}`,
    values: [id, by, now]
  }),
  goOn: (id, next, stale) => ({
    text: `with claimed as (
  update ${quoted}.bfm_runs old set continued_by = $2 where id = $1 and (continued_by is null
    or continued_by < $3 and not exists (select from ${quoted}.bfm_runs run where run.id = old.continued_by))
  returning continued_by
)
select continued_by from claimed`,
    values: [id, next, stale]
  }),
  abandon: (silence, error) => ({
    text: `with gone as (
  update ${quoted}.bfm_runs set state = 'interrupted', finished_at = clock_timestamp(), silent_at = clock_timestamp(),
    error = $2, running = 0
  where finished_at is null and not fleet
    and coalesce(heartbeat_at, started_at) < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
  returning id
)
select count(*)::int as abandoned from gone`,
    values: [silence, error]
  })
})

/** Whether the run waits for a worker, so that nobody has to be asked to end it. */
const waits = "fleet and owner is null"
