import type { Execution, HistoryItem, Run } from "../../domain/Run.ts"

/** SQL's null where the domain has an absent part. */
type Nullable<A, K extends keyof A> = Omit<A, K> & { readonly [P in K]-?: Exclude<A[P], undefined> | null }

export type ExecutionRow = Nullable<Execution, "error">

export interface RunRow extends Nullable<Omit<Run, "actor" | "current">, "finished_at"> {
  readonly actor: string
  readonly method: Run["actor"]["method"]
  readonly current_step: string | null
}

export interface HistoryRow extends Nullable<Omit<HistoryItem, "at">, "duration_ms" | "error"> {
  /** Of the row: opaque, larger is newer. */
  readonly position: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

export const execution = ({ error, ...row }: ExecutionRow): Execution => ({
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
  ...(error === null ? {} : { error })
})

export const run = ({ actor, method, finished_at, current_step, ...row }: RunRow): Run => ({
  ...row,
  actor: { name: actor, method },
  ...(finished_at === null ? {} : { finished_at }),
  ...(current_step === null ? {} : { current: current_step })
})

export const historyItem = ({ position: _, at, duration_ms, error, ...row }: HistoryRow): HistoryItem => ({
  ...row,
  at: new Date(at).toISOString(),
  ...(duration_ms === null ? {} : { duration_ms }),
  ...(error === null ? {} : { error })
})
