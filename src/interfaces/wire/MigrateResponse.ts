import * as Schema from "effect/Schema"
import { type BfmError, renderProblem } from "../../domain/Errors.ts"
import { Plan } from "../../domain/Plan.ts"
import { Cause, type Failure, type Run, type RunResult } from "../../domain/Run.ts"

/** What a run came to, as every version of BfM has answered it. */
export const MigrateResponse = Schema.Struct({
  success: Schema.Boolean,
  applied: Schema.Array(Schema.String),
  skipped: Schema.Array(Schema.String),
  errors: Schema.Array(Schema.String),
  /** Of a dry run: what would be done, with its statements. */
  plan: Schema.optional(Plan),
  /** Why schemas failed, each cause once; absent when none has. */
  causes: Schema.optional(Schema.Array(Cause)),
  /** A worker will carry it out: what becomes of it, the run with this id says. */
  queued: Schema.optional(Schema.Boolean),
  job_id: Schema.optional(Schema.String),
  /** What a person should know: that no worker listens. */
  notice: Schema.optional(Schema.String)
}).annotations({
  identifier: "MigrateResponse",
  examples: [{ success: true, applied: ["core_users_20250101120000_create_users"], skipped: [], errors: [] }]
})
export type MigrateResponse = typeof MigrateResponse.Type

/** How an id is written in an answer; takes the id as it is shown everywhere else. */
export type Spelling = (id: string) => string

const asShown: Spelling = id => id

/** Of a run that applied. */
export const fromUp = (result: RunResult, spell: Spelling = asShown): MigrateResponse => ({
  success: result.success,
  applied: result.applied.map(spell),
  skipped: result.skipped.map(spell),
  errors: errors(result, spell),
  ...(result.causes.length === 0 ? {} : { causes: result.causes })
})

/** Of a run that waits for a worker. */
export const fromQueued = ({ id, notice }: Run) => ({
  success: true,
  queued: true,
  job_id: id,
  ...{ applied: [], skipped: [], errors: [] },
  ...(notice === undefined ? {} : { notice })
})

/** Of a run that rolled back. */
export const fromDown = (result: RunResult): MigrateResponse => ({
  ...fromUp(result),
  skipped: result.skipped.map(id => `${id} (not applied)`)
})

/** Of a dry run; its ids carry their mark already. */
export const fromDryRun = (result: RunResult, spell: Spelling = asShown): MigrateResponse => ({
  ...(result.plan?.direction === "down" ? fromDown(result) : fromUp(result, spell)),
  applied: (result.plan?.steps ?? []).map(({ id }) => `${spell(id)} (dry-run)`),
  ...(result.plan === undefined ? {} : { plan: result.plan })
})

/** Of a run that could not begin: the same shape, with the reasons one by one. */
export const fromError = (error: BfmError): MigrateResponse => ({
  success: false,
  applied: [],
  skipped: [],
  errors: error._tag === "PlanRejected" ? error.problems.map(renderProblem) : [error.message]
})

const errors = (result: RunResult, spell: Spelling): ReadonlyArray<string> => {
  const found = [
    ...result.failures.map(failure => `${spell(failure.id)}: failed to execute migration: ${cause(failure)}`),
    ...result.not_run.map(({ id, reason }) => `${spell(id)}: not run: ${reason}`)
  ]
  return result.success || found.length > 0 ? found : [`run ${result.run_id} ${result.state}`]
}

/** PostgreSQL's own words as its Go driver prints them: clients look for the SQLSTATE. */
const cause = ({ reason, code }: Failure): string =>
  code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? `ERROR: ${reason} (SQLSTATE ${code})` : reason

/**
 * `{schema}_{table}_{version}_{name}`, the spelling of `POST /api/v1/migrate`. Where there is no table or no
 * schema, the nearest other spelling that is accepted.
 */
export const tableSpelling = (plan: Plan | undefined): Spelling => {
  const spelled = new Map(
    [...(plan?.steps ?? []), ...(plan?.skipped ?? [])].map(step => {
      const brief = `${step.version}_${step.name}`
      const place = step.schema === "" ? step.connection : `${step.schema}_${step.table ?? step.connection}`
      return [step.id, `${place}_${brief}`]
    })
  )
  return id => spelled.get(id) ?? id
}
