import * as Schema from "effect/Schema"
import { Actor } from "./Actor.ts"
import { Direction, Plan, type Step } from "./Plan.ts"

/** Why a step did not succeed, with everything that a person needs to mend it. */
export const Failure = Schema.Struct({
  id: Schema.String,
  migration_id: Schema.String,
  connection: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  direction: Direction,
  /** The store's own words. */
  reason: Schema.String,
  /** SQLSTATE or the store's own code. */
  code: Schema.optional(Schema.String),
  detail: Schema.optional(Schema.String),
  hint: Schema.optional(Schema.String),
  path: Schema.String,
  /** 1-based position in the file; absent when the store did not say and it could not be found out. */
  line: Schema.optional(Schema.Int),
  column: Schema.optional(Schema.Int),
  /** The failing statement as it was sent; of a very long one the beginning. */
  statement: Schema.optional(Schema.String),
  /** What is left: nothing, or the units before; and what the next run will do. */
  aftermath: Schema.String,
  /** Sessions that held what the step waited for. */
  blocked_by: Schema.optional(Schema.String),
  /** How often it was tried. */
  attempts: Schema.Int,
  duration_ms: Schema.Number
})
export type Failure = typeof Failure.Type

/** The step that a failure is about. */
export const failing = ({ id, migration_id, connection, schema, version, name, direction, path }: Step) => ({
  id,
  migration_id,
  connection,
  schema,
  version,
  name,
  direction,
  path
})

/** A step that did not run because something before it failed. */
export const NotRun = Schema.Struct({
  id: Schema.String,
  reason: Schema.String
})
export type NotRun = typeof NotRun.Type

/** `paused`: it has stopped by itself between steps, and whoever wants the rest resumes it. */
export const RunState = Schema.Literal(
  "queued",
  "running",
  "paused",
  "succeeded",
  "failed",
  "cancelled",
  "interrupted"
)
export type RunState = typeof RunState.Type

/** One execution of a plan. */
export const Run = Schema.Struct({
  /** ULID. */
  id: Schema.String,
  actor: Actor,
  direction: Direction,
  /** All that it may reach: what was asked for, and what its plan leads to. Absent: any, or not known yet. */
  connections: Schema.optional(Schema.Array(Schema.String)),
  plan_hash: Schema.String,
  state: RunState,
  /** Milliseconds since the epoch. */
  started_at: Schema.Number,
  finished_at: Schema.optional(Schema.Number),
  /** Steps of the plan, and how many of them are in which state. */
  total: Schema.Int,
  pending: Schema.Int,
  running: Schema.Int,
  succeeded: Schema.Int,
  failed: Schema.Int,
  skipped: Schema.Int,
  not_run: Schema.Int,
  /** The step that was begun last, as shown to those who wait. */
  current: Schema.optional(Schema.String),
  /** Why it came to nothing, where that was not a step's fault. */
  error: Schema.optional(Schema.String),
  /** The process that carries it out, or did: `host:pid`. */
  owner: Schema.optional(Schema.String),
  /** When that process was heard last; milliseconds since the epoch. */
  heartbeat_at: Schema.optional(Schema.Number),
  /** Who asked to end it. */
  cancelled_by: Schema.optional(Schema.String),
  /** The run whose rest this one does. */
  continues: Schema.optional(Schema.String),
  /** The run that does the rest of this one. */
  continued_by: Schema.optional(Schema.String),
  /** What a person should know while it goes on: that nobody carries it out, that it stands still. */
  notice: Schema.optional(Schema.String)
})
export type Run = typeof Run.Type

/** Whether nothing more will happen in it. */
export const hasEnded = ({ finished_at }: Run): boolean => finished_at !== undefined

/** What happens while a plan is executed; every interface is a fold over these. */
export const Event = Schema.Union(
  /** Always the first: what is going to be done. */
  Schema.TaggedStruct("Planned", { plan: Plan }),
  /** Absent when the plan has no steps. */
  Schema.TaggedStruct("RunStarted", {
    run_id: Schema.String,
    total: Schema.Int
  }),
  Schema.TaggedStruct("LockWaiting", {
    connection: Schema.String,
    schema: Schema.String,
    holder: Schema.String
  }),
  Schema.TaggedStruct("StepStarted", {
    id: Schema.String,
    position: Schema.Int
  }),
  Schema.TaggedStruct("StepRetried", {
    id: Schema.String,
    attempt: Schema.Int,
    reason: Schema.String
  }),
  Schema.TaggedStruct("StepSucceeded", {
    id: Schema.String,
    position: Schema.Int,
    duration_ms: Schema.Number
  }),
  /** Another run did it while this one waited for the lock. */
  Schema.TaggedStruct("StepSkipped", {
    id: Schema.String,
    position: Schema.Int,
    reason: Schema.String
  }),
  Schema.TaggedStruct("StepFailed", {
    id: Schema.String,
    position: Schema.Int,
    failure: Failure
  }),
  Schema.TaggedStruct("StepNotRun", {
    id: Schema.String,
    position: Schema.Int,
    reason: Schema.String
  }),
  /** Something that a person should know and that does not change the outcome. */
  Schema.TaggedStruct("Warned", { message: Schema.String }),
  Schema.TaggedStruct("RunFinished", {
    run_id: Schema.String,
    state: RunState,
    duration_ms: Schema.Number
  })
)
export type Event = typeof Event.Type

/** Events of one run are numbered from 1. */
export interface Numbered {
  readonly sequence: number
  readonly event: Event
}

/** Why schemas failed: one for all failures that differ in nothing but the name of the schema. */
export const Cause = Schema.Struct({
  /** The store's own words, `{schema}` where the name stood. */
  reason: Schema.String,
  code: Schema.optional(Schema.String),
  connection: Schema.String,
  schemas: Schema.Array(Schema.String),
  count: Schema.Int
})
export type Cause = typeof Cause.Type

/** What a run, a dry run or a rehearsal came to: the same shape for all of them. */
export const RunResult = Schema.Struct({
  success: Schema.Boolean,
  applied: Schema.Array(Schema.String),
  skipped: Schema.Array(Schema.String),
  /** One text per failure: `<id>: <cause>`. */
  errors: Schema.Array(Schema.String),
  waiting: Schema.Array(Schema.String),
  not_run: Schema.Array(NotRun),
  failures: Schema.Array(Failure),
  causes: Schema.Array(Cause),
  warnings: Schema.Array(Schema.String),
  /** Empty for a dry run. */
  run_id: Schema.String,
  state: RunState,
  duration_ms: Schema.Number,
  plan: Schema.optional(Plan)
})
export type RunResult = typeof RunResult.Type
