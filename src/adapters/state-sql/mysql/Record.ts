import { createHash } from "node:crypto"
import { type Batch, encode, keptSkips, storable } from "../Batch.ts"
import type { Statement } from "../Dialect.ts"

/** A value of a row, as it is sent. */
type Value = string | number | null | Term

/** Something that the database works out. */
interface Term {
  /** What the driver asks for. */
  readonly toSqlString: () => string
}

const now: Term = { toSqlString: () => "utc_timestamp(3)" }

/** Rows of one table, each with its values in the order of the columns. */
interface Rows {
  readonly table: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Value>>
  /** What a row that is there already takes over. */
  readonly replaced: ReadonlyArray<string>
  /** What that becomes where it is not simply the new value; by column. */
  readonly merged?: Readonly<Record<string, string>>
  /** Only if this holds. */
  readonly guard?: string
}

/** Characters in one message: far below the smallest `max_allowed_packet` that servers come with (16 MB). */
const messageSize = 500_000

/**
 * Messages that write a batch, for one session: the last one commits. One message unless the batch is huge.
 * Whoever sends them ends the session when one of them fails.
 */
export const messages = (batch: Batch): ReadonlyArray<Statement> => {
  const parts = [
    word("start transaction"),
    ...insertions(runs(batch)),
    ...insertions(executions(batch)),
    ...removals(batch),
    ...insertions(history(batch)),
    ...insertions(skips(batch)),
    ...events(batch),
    ...outlived(batch),
    word("commit")
  ]
  return chunks(parts, ({ size }) => size).map(joined => ({
    text: joined.map(({ text }) => text).join(";\n"),
    values: joined.flatMap(({ values }) => values)
  }))
}

/** A statement with the length of what it carries. */
interface Part extends Statement {
  readonly size: number
}

const word = (text: string): Part => ({ text, values: [], size: 0 })

const runs = (batch: Batch): Rows => {
  const columns = ["id", "actor", "method", "direction", "plan_hash", "state", "started_at", "finished_at"]
  const counts = ["total", "running", "succeeded", "failed", "skipped", "not_run"]
  const words = [
    "connections",
    "current_step",
    "error",
    "owner",
    "continues",
    "notice",
    "request_id",
    "endpoint"
  ]
  const times = ["heartbeat_at", "silent_at"]
  return {
    table: "bfm_runs",
    columns: [...columns, ...counts, ...words, ...times, "asked", "refusal", "fence", "fleet"],
    replaced: [...columns.slice(1), ...counts, ...words, ...times, "asked", "refusal"],
    merged: {
      asked: "coalesce(asked, values(asked))"
    },
    guard: "fence <= values(fence)",
    rows: batch.runs.map(run => [
      ...[run.id, run.actor.name, run.actor.method, run.direction, run.plan_hash, run.state].map(storable),
      moment(run.started_at),
      moment(run.finished_at),
      ...[run.total, run.running, run.succeeded, run.failed, run.skipped, run.not_run],
      json(run.connections ?? null),
      ...[run.current, run.error, run.owner, run.continues, run.notice].map(text),
      ...[run.actor.request?.id, run.actor.request?.endpoint].map(text),
      ...[run.owner === undefined ? null : now, null],
      ...[run.asked, run.refusal].map(json),
      run.fence,
      run.fleet ? 1 : 0
    ])
  }
}

/** A part that is written again may have grown. Whoever has lost the run adds nothing. */
const events = (batch: Batch): ReadonlyArray<Part> =>
  batch.events.map(part => {
    const said = encode(part.events)
    return {
      text: `insert into bfm_run_events (run_id, \`first\`, fence, \`last\`, events)
select ?, ?, ?, ?, ? from dual
where not exists (select 1 from bfm_runs r where r.id = ? and r.fence > ?)
on duplicate key update
  events = if(bfm_run_events.\`last\` < values(\`last\`), values(events), bfm_run_events.events),
  \`last\` = greatest(bfm_run_events.\`last\`, values(\`last\`))`,
      values: [part.run_id, part.first, part.fence, part.last, said, part.run_id, part.fence],
      size: said.length
    }
  })

const executions = (batch: Batch): Rows => {
  const key = ["execution_key", "migration_id", "schema"]
  const columns = ["version", "name", "connection", "backend", "status", "run_id", "actor", "method", "at"]
  return {
    table: "bfm_executions",
    columns: [...key, ...columns, "error"],
    replaced: [...columns, "error"],
    rows: batch.executions.map(row => [
      executionKey(row),
      ...[row.migration_id, row.schema, row.version, row.name, row.connection, row.backend].map(storable),
      ...[row.status, row.run_id, row.actor, row.method].map(storable),
      moment(row.at),
      text(row.error)
    ])
  }
}

const history = (batch: Batch): Rows => {
  const columns = ["event_key", "migration_id", "schema", "version", "name", "connection", "backend", "event"]
  return {
    table: "bfm_history",
    columns: [...columns, "run_id", "actor", "method", "at", "duration_ms", "error"],
    // Nothing: what happened stays as it was told first.
    replaced: ["event_key"],
    rows: batch.history.map(row => [
      ...[row.event_key, row.migration_id, row.schema, row.version, row.name, row.connection].map(storable),
      ...[row.backend, row.event, row.run_id, row.actor, row.method].map(storable),
      moment(Date.parse(row.at)),
      row.duration_ms ?? null,
      text(row.error)
    ])
  }
}

const skips = (batch: Batch): Rows => {
  const columns = [
    "event_key",
    "migration_id",
    "schema",
    "version",
    "name",
    "connection",
    "backend",
    "run_id"
  ]
  return {
    table: "bfm_skips",
    columns: [...columns, "actor", "method", "execution_key", "at"],
    replaced: ["event_key"],
    rows: batch.skips.map(row => [
      ...[row.event_key, row.migration_id, row.schema, row.version, row.name, row.connection].map(storable),
      ...[row.backend, row.run_id, row.actor, row.method].map(storable),
      executionKey(row),
      moment(Date.parse(row.at))
    ])
  }
}

/** Of each migration in each schema only the newest stay. */
const outlived = (batch: Batch): ReadonlyArray<Part> =>
  chunks([...new Set(batch.skips.map(executionKey))], key => key.length).map(keys => ({
    text: `delete t from bfm_skips t join (
  select position, row_number() over (partition by execution_key order by position desc) as n
  from bfm_skips where execution_key in (?)
) old on old.position = t.position where old.n > ${keptSkips}`,
    values: [keys],
    size: keys.join().length
  }))

const executionKey = (of: { readonly migration_id: string; readonly schema: string }): string =>
  createHash("sha256")
    .update(JSON.stringify([of.migration_id, of.schema]))
    .digest("hex")

/** A time in UTC; what is no time becomes null, which the column refuses. */
const moment = (milliseconds: number | undefined): Value =>
  milliseconds === undefined || !Number.isFinite(milliseconds)
    ? null
    : new Date(Math.round(milliseconds)).toISOString().slice(0, -1).replace("T", " ")

const text = (value: string | undefined): Value => (value === undefined ? null : storable(value))

const json = (value: object | null): Value => (value === null ? null : encode(value))

/** In the order of the rows, in parts that fit into a message. */
const insertions = ({ table, columns, rows, replaced, merged = {}, guard }: Rows): ReadonlyArray<Part> => {
  const named = columns.map(column => `\`${column}\``).join(", ")
  const updates = replaced
    .map(column => {
      const value = merged[column] ?? `values(\`${column}\`)`
      return `\`${column}\` = ${guard === undefined ? value : `if(${guard}, ${value}, \`${column}\`)`}`
    })
    .join(", ")
  return chunks(rows, lengthOf).map(values => ({
    text: `insert into ${table} (${named}) values ? on duplicate key update ${updates}`,
    values: [values],
    size: values.reduce((sum, row) => sum + lengthOf(row), 0)
  }))
}

const removals = (batch: Batch): ReadonlyArray<Part> =>
  chunks(batch.removed.map(executionKey), key => key.length).map(keys => ({
    text: "delete from bfm_executions where execution_key in (?)",
    values: [keys],
    size: keys.join().length
  }))

const lengthOf = (row: ReadonlyArray<Value>): number =>
  row.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0)

/** Consecutive items that together are not too long; what is too long by itself stands alone. */
const chunks = <A>(items: ReadonlyArray<A>, sizeOf: (item: A) => number): ReadonlyArray<ReadonlyArray<A>> => {
  const found: Array<Array<A>> = []
  let size = Number.POSITIVE_INFINITY
  for (const item of items) {
    size += sizeOf(item)
    if (size > messageSize) {
      found.push([])
      size = sizeOf(item)
    }
    found.at(-1)?.push(item)
  }
  return found
}
