import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Execution } from "../../src/domain/Execution.ts"
import type { HistoryItem, Skip } from "../../src/domain/History.ts"
import type { Run } from "../../src/domain/Run.ts"
import type { Fleet } from "../../src/ports/Fleet.ts"
import type { Lock } from "../../src/ports/Lock.ts"
import type { StateStore } from "../../src/ports/StateStore.ts"

/** A process that uses the state: its own pool, its own lock session. Each build is another one. */
export type Process = Layer.Layer<StateStore | Lock | Fleet>

/** An empty state database of one's own. */
export interface Subject {
  readonly process: Process
  /** Ends every session that is open. */
  readonly cut: Effect.Effect<void>
  /** Takes the database away with everything in it. */
  readonly drop: Effect.Effect<void>
  /** Gives it back, empty. */
  readonly create: Effect.Effect<void>
  /** How many sessions the database has now. */
  readonly sessions: Effect.Effect<number>
}

export interface Subjects {
  /** An empty state beside others in the same database: cheap. */
  readonly empty: Effect.Effect<Process, never, Scope.Scope>
  readonly own: Effect.Effect<Subject, never, Scope.Scope>
}

/** When everything happens. */
export const day = Date.UTC(2025, 5, 1, 10, 12, 13, 456)

export const execution = (part: Partial<Execution> = {}): Execution => ({
  migration_id: "20250101000000_a_postgresql_core",
  schema: "public",
  version: "20250101000000",
  name: "a",
  connection: "core",
  backend: "postgresql",
  status: "applied",
  at: day,
  run_id: "R1",
  actor: "ci",
  method: "cli",
  ...part
})

export const item = (part: Partial<HistoryItem> = {}): HistoryItem => ({
  migration_id: "20250101000000_a_postgresql_core",
  schema: "public",
  version: "20250101000000",
  name: "a",
  connection: "core",
  backend: "postgresql",
  event: "applied",
  at: new Date(day).toISOString(),
  actor: "ci",
  method: "cli",
  run_id: "R1",
  ...part
})

export const run = (part: Partial<Run> = {}): Run => ({
  id: "R1",
  actor: { name: "ci", method: "cli" },
  direction: "up",
  plan_hash: "7f3a91c2",
  state: "running",
  started_at: day,
  total: 3,
  pending:
    3 -
    (part.running ?? 0) -
    (part.succeeded ?? 0) -
    (part.failed ?? 0) -
    (part.skipped ?? 0) -
    (part.not_run ?? 0),
  running: 0,
  succeeded: 0,
  failed: 0,
  skipped: 0,
  not_run: 0,
  ...part
})

export const skip = (part: Partial<Skip> = {}): Skip => {
  const { event: _, ...rest } = item()
  return { ...rest, ...part }
}
