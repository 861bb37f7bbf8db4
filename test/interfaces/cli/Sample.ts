import type { Plan, Step } from "../../../src/domain/Plan.ts"
import type { Failure, RunResult } from "../../../src/domain/Run.ts"
import * as Result from "../../../src/pipeline/execute/Result.ts"

/** A step of a plan; only what a test is about has to be said. */
export const step = (part: Partial<Step> = {}): Step => {
  const version = part.version ?? "20250201000000"
  const name = part.name ?? "add_email"
  const id = `${version}_${name}_postgresql_core`
  return {
    position: 1,
    id,
    migration_id: id,
    backend: "postgresql",
    connection: "core",
    version,
    name,
    schema: "core",
    table: "users",
    direction: "up",
    path: `sfm/postgresql/core/${version}_${name}.up.sql`,
    mode: "transaction",
    units: [
      { atomic: true, statements: [{ text: "ALTER TABLE users ADD COLUMN email text", line: 1, column: 1 }] }
    ],
    depends_on_data: false,
    unwrapped: false,
    creates_schema: false,
    lock_timeout: 5000,
    statement_timeout: 0,
    after: [],
    requires: [],
    warnings: [],
    destructive: false,
    checksum: { algorithm: 1, value: "" },
    source_hash: "",
    resume_at: 0,
    in_doubt: false,
    ...part
  }
}

/** A step outside a transaction, after `add_email`. */
export const indexStep = step({
  version: "20250202000000",
  name: "email_unique",
  position: 2,
  mode: "journal",
  lock_timeout: 0,
  units: [
    {
      atomic: false,
      statements: [
        { text: "CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)", line: 3, column: 1 }
      ],
      verify: { _tag: "IndexBuilt", name: "users_email" }
    }
  ],
  after: [step().id]
})

export const waiting: Plan["waiting"][number] = {
  id: "20250104070000_tenant_settings_postgresql_core",
  migration_id: "20250104070000_tenant_settings_postgresql_core",
  connection: "core",
  schema: "",
  version: "20250104070000",
  name: "tenant_settings",
  reason: "needs a schema: bfm migrate up --connection core --schema NAME"
}

export const plan = (steps: ReadonlyArray<Step>, part: Partial<Plan> = {}): Plan => ({
  hash: "7f3a91c2",
  direction: "up",
  steps,
  skipped: [],
  waiting: [],
  ...part
})

export const failure = (part: Partial<Failure> = {}): Failure => ({
  id: indexStep.id,
  migration_id: indexStep.id,
  connection: "core",
  schema: "core",
  version: indexStep.version,
  name: indexStep.name,
  direction: "up",
  reason: 'could not create unique index "users_email"',
  code: "23505",
  detail: "Key (email)=(a@b.c) is duplicated.",
  path: indexStep.path,
  line: 3,
  column: 8,
  aftermath: "the next run drops the invalid index and builds it again",
  attempts: 1,
  duration_ms: 1800,
  ...part
})

export const result = (part: Partial<RunResult> = {}): RunResult => ({
  ...Result.initial,
  run_id: "01JD0000000000000000000000",
  duration_ms: 400,
  ...part
})
