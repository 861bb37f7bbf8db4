import type { RequestOrigin } from "../../domain/Actor.ts"
import type { Execution, HistoryItem, Run, Skip } from "../../domain/Run.ts"
import type { Remembered } from "../../ports/StateStore.ts"

/** SQL's null where the domain has an absent part. */
type Nullable<A, K extends keyof A> = Omit<A, K> & { readonly [P in K]-?: Exclude<A[P], undefined> | null }

export type ExecutionRow = Nullable<Execution, "error">

/** Where a run came from; null where no client asked for it. */
interface OriginRow {
  readonly request_id: string | null
  readonly endpoint: string | null
}

export interface RunRow extends Nullable<Omit<Run, "actor" | "current">, "finished_at" | "error">, OriginRow {
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
  finished_at,
  current_step,
  error,
  request_id,
  endpoint,
  ...row
}: RunRow): Run => ({
  ...row,
  actor: { name: actor, method, ...origin({ request_id, endpoint }) },
  ...(error === null ? {} : { error }),
  ...(finished_at === null ? {} : { finished_at }),
  ...(current_step === null ? {} : { current: current_step })
})

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
