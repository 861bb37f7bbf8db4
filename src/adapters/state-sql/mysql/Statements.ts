import type { HistoryRequest, Statement, Statements } from "../Dialect.ts"
import { type ExecutionRow, remembered } from "../Rows.ts"
import { fingerprint, type Step } from "../Tables.ts"
import * as Fleet from "./Fleet.ts"
import * as Life from "./Life.ts"
import * as LockKeys from "./LockKeys.ts"

/** The questions to the tables of the database in which the session is. */
export const make = (database: string, steps: ReadonlyArray<Step>): Statements => {
  const known = fingerprint(steps)
  return {
    version: { text: `select installed.current from ${installed} as installed`, values: [known] },
    executions: connections => ({
      text: `select installed.current, ${executionColumns}
from ${installed} as installed left join bfm_executions e on e.connection in (?)`,
      // An empty list is no SQL; nothing equals null.
      values: [known, connections.length === 0 ? null : [...connections]]
    }),
    // A row of nothing but `current` when there is no execution; the columns are those of the statement.
    executionsOf: rows =>
      rows.filter((row): row is typeof row & ExecutionRow => row["migration_id"] !== null),
    applied: connections => ({
      text: `select installed.current, g.k, g.s from ${installed} as installed left join (
  select concat_ws('\\n', connection, migration_id, run_id) as k, group_concat(\`schema\` separator '\\n') as s
  from bfm_executions where connection in (?) and status = 'applied' group by 1
) g on true`,
      values: [known, connections.length === 0 ? null : [...connections]]
    }),
    // A list that the server has cut off differs from the ledger: then all of it is read.
    appliedOf: rows =>
      rows.flatMap(({ k, s }) => (typeof k === "string" && typeof s === "string" ? [remembered(k, s)] : [])),
    latest: query => {
      const { where, values } = meant("e", query)
      return {
        text: `select ${executionColumns} from bfm_executions e${where} order by e.at desc, e.migration_id, e.\`schema\` limit ?`,
        values: [...values, query.limit]
      }
    },
    skips: query => {
      const { where, values } = meant("s", query)
      return {
        text: `select s.migration_id, s.\`schema\`, s.version, s.name, s.connection, s.backend, ${epoch("s.at")} as at, s.actor,
  s.method, s.run_id, r.request_id, r.endpoint
from bfm_skips s left join bfm_runs r on r.id = s.run_id${where} order by s.position desc limit ?`,
        values: [...values, query.limit]
      }
    },
    history,
    newest: {
      text: "select cast(coalesce(max(position), 0) as char) as newest from bfm_history",
      values: []
    },
    touched: (since, migrationIds) => ({
      text: "select migration_id from bfm_history where migration_id in (?) and position > cast(? as signed)",
      values: [[...migrationIds], since]
    }),
    runs: limit => ({
      // The table's own column: the one that is selected under its name has no index.
      text: `select ${runColumns} from bfm_runs r order by r.started_at desc, r.id desc limit ?`,
      values: [limit]
    }),
    run: id => ({ text: `select ${runColumns} from bfm_runs where ${exactly("id")}`, values: [id, id] }),
    life: Life.make(runColumns),
    fleet: Fleet.make(runColumns, epoch),
    held: {
      text: `select l.connection, l.\`schema\`, l.run_id, l.actor, ${epoch("l.since")} as since
from bfm_locks l where ${LockKeys.isHeld("l")} order by l.connection, l.\`schema\``,
      values: []
    },
    holder: key => ({
      text: `select l.actor, l.run_id, ${epoch("utc_timestamp(3)")} - ${epoch("l.since")} as held_for, r.current_step
from bfm_locks l left join bfm_runs r on r.id = l.run_id
where l.lock_name = ? and ${LockKeys.isHeld("l")}`,
      values: [LockKeys.of(database, key)]
    })
  }
}

const installed = `(select group_concat(version, ':', checksum order by version separator ',') = ? as current from bfm_schema_version)`

/** Milliseconds since the epoch of a time in UTC, whatever the session's zone is. */
const epoch = (time: string): string =>
  `timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', ${time}) div 1000`

/** Trailing blanks count too. The first half can use an index. */
const exactly = (column: string): string => `${column} = ? and cast(${column} as binary) = cast(? as binary)`

const executionColumns = `e.migration_id, e.\`schema\`, e.version, e.name, e.connection, e.backend, e.status,
  ${epoch("e.at")} as at, e.run_id, e.actor, e.method, e.error`

const runColumns = `id, actor, method, direction, connections, plan_hash, state, ${epoch("started_at")} as started_at,
  ${epoch("finished_at")} as finished_at, total, running, succeeded, failed, skipped, not_run, current_step, error,
  owner, ${epoch("heartbeat_at")} as heartbeat_at, cancelled_by, continues, continued_by, notice, request_id, endpoint`

/** Of one migration, of some connections, in a schema, up to a place; of all where nothing is said. */
const meant = (
  table: string,
  { migrationId, connections, schema, before }: Omit<HistoryRequest, "limit">
): { readonly where: string; readonly values: ReadonlyArray<unknown> } => {
  const values: Array<unknown> = []
  const conditions: Array<string> = []
  const where = (condition: string, ...bound: ReadonlyArray<unknown>) => {
    if (bound.includes(undefined)) return
    values.push(...bound)
    conditions.push(condition)
  }
  where(exactly(`${table}.migration_id`), migrationId, migrationId)
  // An empty list is no SQL; nothing equals null.
  const names = connections?.length === 0 ? null : connections
  where(`${table}.connection in (?) and cast(${table}.connection as binary) in (?)`, names, names)
  where(exactly(`${table}.\`schema\``), schema, schema)
  where(`${table}.position < cast(? as signed)`, before)
  return { where: conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`, values }
}

const history = (request: HistoryRequest): Statement => {
  const { where, values } = meant("h", request)
  return {
    text: `select cast(h.position as char) as position, h.migration_id, h.\`schema\`, h.version, h.name, h.connection,
  h.backend, h.event, ${epoch("h.at")} as at, h.actor, h.method, h.run_id, h.duration_ms, h.error, r.request_id, r.endpoint
from bfm_history h left join bfm_runs r on r.id = h.run_id${where}
order by h.position desc limit ?`,
    values: [...values, request.limit]
  }
}
