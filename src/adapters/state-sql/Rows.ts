import type { RequestOrigin } from "../../domain/Actor.ts"
import type { Execution } from "../../domain/Execution.ts"
import type { HistoryItem, Skip } from "../../domain/History.ts"
import type { Event, Numbered, Run } from "../../domain/Run.ts"
import type { Remembered } from "../../ports/StateStore.ts"

/** SQL's null where the domain has an absent part. */
type Nullable<A, K extends keyof A> = Omit<A, K> & { readonly [P in K]-?: Exclude<A[P], undefined> | null }

export type ExecutionRow = Nullable<Execution, "error">

/** Where a run came from; null where no client asked for it. */
interface OriginRow {
  readonly request_id: string | null
  readonly endpoint: string | null
}

type Optional =
  | "finished_at"
  | "error"
  | "owner"
  | "heartbeat_at"
  | "cancelled_by"
  | "continues"
  | "continued_by"
  | "notice"

export interface RunRow
  extends Nullable<Omit<Run, "actor" | "connections" | "current" | "pending">, Optional>,
    OriginRow {
  /** A list in JSON. */
  readonly connections: string | null
  readonly actor: string
  readonly method: Run["actor"]["method"]
  readonly current_step: string | null
}

export interface SkipRow extends Omit<Skip, "at" | "request">, OriginRow {
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface HistoryRow
  extends Nullable<Omit<HistoryItem, "at" | "request">, "duration_ms" | "error">,
    OriginRow {
  /** Of the row: opaque, larger is newer. */
  readonly position: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A group of what is applied: connection, migration and run in one text, the schemas in another. */
export const remembered = (key: string, schemas: string): Remembered => {
  const [connection = "", migrationId = "", runId = ""] = key.split("\n")
  return { connection, migrationId, runId, schemas: schemas.split("\n") }
}

export const execution = (row: ExecutionRow): Execution => ({
  migration_id: row.migration_id,
  schema: row.schema,
  version: row.version,
  name: row.name,
  connection: row.connection,
  backend: row.backend,
  status: row.status,
  at: row.at,
  run_id: row.run_id,
  actor: row.actor,
  method: row.method,
  ...(row.error === null ? {} : { error: row.error })
})

const origin = ({ request_id, endpoint }: OriginRow): { readonly request?: RequestOrigin } =>
  request_id === null || endpoint === null ? {} : { request: { id: request_id, endpoint } }

export const run = ({
  actor,
  method,
  connections,
  current_step,
  request_id,
  endpoint,
  ...row
}: RunRow): Run => {
  const { total, running, succeeded, failed, skipped, not_run, ...rest } = row
  return {
    ...present(rest),
    actor: { name: actor, method, ...origin({ request_id, endpoint }) },
    ...(connections === null ? {} : { connections: JSON.parse(connections) }),
    total,
    pending: total - running - succeeded - failed - skipped - not_run,
    ...{ running, succeeded, failed, skipped, not_run },
    ...(current_step === null ? {} : { current: current_step })
  }
}

/** Without what is null. */
const present = <A extends object>(row: A) =>
  // What is left is what is not null.
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as {
    [K in keyof A as null extends A[K] ? never : K]: A[K]
  } & { [K in keyof A as null extends A[K] ? K : never]?: Exclude<A[K], null> }

export const skip = ({ at, request_id, endpoint, ...row }: SkipRow): Skip => ({
  ...row,
  at: new Date(at).toISOString(),
  ...origin({ request_id, endpoint })
})

export const historyItem = ({
  position: _,
  at,
  duration_ms,
  error,
  request_id,
  endpoint,
  ...row
}: HistoryRow): HistoryItem => ({
  ...row,
  at: new Date(at).toISOString(),
  ...origin({ request_id, endpoint }),
  ...(duration_ms === null ? {} : { duration_ms }),
  ...(error === null ? {} : { error })
})

export interface EventRow {
  readonly first: number
  readonly events: ReadonlyArray<Event>
  /** The number from which on another owner tells the events; null while this one does. */
  readonly until: number | null
}

export const numbered = ({ first, events, until }: EventRow): ReadonlyArray<Numbered> =>
  events
    .map((event, index) => ({ sequence: first + index, event }))
    .filter(({ sequence }) => until === null || sequence < until)
