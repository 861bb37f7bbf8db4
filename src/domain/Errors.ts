import * as Schema from "effect/Schema"
import { RunResult } from "./Run.ts"
import { TaggedError } from "./TaggedError.ts"

/** One problem of a configuration: the variable and what is wrong with it. Never its value. */
export const ConfigProblem = Schema.Struct({
  variable: Schema.String,
  reason: Schema.String
})
export type ConfigProblem = typeof ConfigProblem.Type

const lines = (heading: string, items: ReadonlyArray<string>): string =>
  [heading, ...items.map(item => `  ${item}`)].join("\n")

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`

export class ConfigInvalid extends TaggedError("ConfigInvalid", () => ({
  problems: Schema.Array(ConfigProblem)
})) {
  override get message() {
    return lines(
      `${count(this.problems.length, "problem")} in the configuration`,
      this.problems.map(problem => `${problem.variable}  ${problem.reason}`)
    )
  }
}

export class SourceInvalid extends TaggedError("SourceInvalid", () => ({
  /** The SFM directory or the name of the registry. */
  source: Schema.String,
  problems: Schema.Array(
    Schema.Struct({
      path: Schema.String,
      line: Schema.optional(Schema.Int),
      reason: Schema.String
    })
  )
})) {
  override get message() {
    return lines(
      `${count(this.problems.length, "problem")} in ${this.source}, nothing was run`,
      this.problems.map(
        ({ path, line, reason }) => `${line === undefined ? path : `${path}:${line}`}  ${reason}`
      )
    )
  }
}

export class ConnectionUnknown extends TaggedError("ConnectionUnknown", () => ({
  connection: Schema.String,
  configured: Schema.Array(Schema.String)
})) {
  override get message() {
    const variable = this.connection.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")
    return `connection ${this.connection} is not configured: set ${variable}_BACKEND and ${variable}_DB_HOST or ${variable}_DB_URL (configured: ${this.configured.join(", ") || "none"})`
  }
}

export class ConnectionUnreachable extends TaggedError("ConnectionUnreachable", () => ({
  connection: Schema.String,
  /** Host, port and database; never a password. */
  address: Schema.String,
  reason: Schema.String,
  code: Schema.optional(Schema.String)
})) {
  override get message() {
    return `connection ${this.connection} (${this.address}): ${this.reason}`
  }
}

/** The store answered, and refused something that BfM itself asked of it. */
export class StoreRefused extends TaggedError("StoreRefused", () => ({
  connection: Schema.String,
  /** What was being done. */
  action: Schema.String,
  reason: Schema.String,
  code: Schema.optional(Schema.String),
  hint: Schema.optional(Schema.String)
})) {
  override get message() {
    return `connection ${this.connection}: could not ${this.action}: ${this.reason}${this.hint === undefined ? "" : ` (${this.hint})`}`
  }
}

export class StateUnavailable extends TaggedError("StateUnavailable", () => ({
  address: Schema.String,
  action: Schema.String,
  reason: Schema.String,
  code: Schema.optional(Schema.String),
  /** What named it, where it was not `BFM_STATE_DB_*`: `--from`. */
  setting: Schema.optional(Schema.String)
})) {
  override get message() {
    return `state database (${this.address}): could not ${this.action}: ${this.reason}`
  }
}

export class MigrationNotFound extends TaggedError("MigrationNotFound", () => ({
  id: Schema.String,
  similar: Schema.Array(Schema.String)
})) {
  override get message() {
    return `migration not found: ${this.id}${this.similar.length === 0 ? "" : `; did you mean ${this.similar.join(" or ")}?`}`
  }
}

export class MigrationAmbiguous extends TaggedError("MigrationAmbiguous", () => ({
  id: Schema.String,
  candidates: Schema.Array(Schema.String)
})) {
  override get message() {
    return lines(`${this.id} can mean several migrations; use one of`, this.candidates)
  }
}

/** The request cannot be understood: a bad tag, version, schema name, … */
export class RequestInvalid extends TaggedError("RequestInvalid", () => ({
  problems: Schema.Array(Schema.String)
})) {
  override get message() {
    return this.problems.join("\n")
  }
}

/** The request is understood and cannot be planned; lists everything that stands in the way. Nothing ran. */
export class PlanRejected extends TaggedError("PlanRejected", () => ({
  problems: Schema.Array(
    Schema.Struct({
      kind: Schema.Literal(
        "schema_required",
        "dependency_unknown",
        "dependency_cycle",
        "dependency_pending",
        "barrier",
        "dependents_applied",
        "not_applied",
        "no_down",
        "out_of_order",
        "script",
        "template",
        "schema_name",
        "requirement",
        "interrupted",
        "program"
      ),
      /** Shown id of the migration, where there is one. */
      id: Schema.optional(Schema.String),
      path: Schema.optional(Schema.String),
      line: Schema.optional(Schema.Int),
      reason: Schema.String
    })
  )
})) {
  override get message() {
    const [first] = this.problems
    if (this.problems.length === 1 && first !== undefined) return renderProblem(first)
    return lines(
      `${count(this.problems.length, "problem")}, nothing was run`,
      this.problems.map(renderProblem)
    )
  }
}
export type PlanProblem = PlanRejected["problems"][number]

/** A problem of a plan as one line: where it is, and what. */
export const renderProblem = ({ path, line, reason }: PlanProblem): string =>
  path === undefined ? reason : `${line === undefined ? path : `${path}:${line}`}  ${reason}`

/** Applied migrations whose source says something else now. */
export class MigrationChanged extends TaggedError("MigrationChanged", () => ({
  ids: Schema.Array(Schema.String)
})) {
  override get message() {
    return lines(
      `${count(this.ids.length, "applied migration")} changed after it was applied, nothing was run`,
      this.ids.map(id => `${id}  see what changed: bfm validate ${id}`)
    )
  }
}

/** The plan is not the one that was asked for. */
export class PlanDiffers extends TaggedError("PlanDiffers", () => ({
  expected: Schema.String,
  actual: Schema.String,
  steps: Schema.Array(Schema.String),
  /** Ids of steps; absent when it is not remembered what the plan was. */
  added: Schema.optional(Schema.Array(Schema.String)),
  removed: Schema.optional(Schema.Array(Schema.String)),
  changed: Schema.optional(Schema.Array(Schema.String))
})) {
  override get message() {
    const { expected, actual, steps, added = [], removed = [], changed = [] } = this
    const heading = `the plan is no longer ${expected} but ${actual}; nothing was run`
    if (added.length + removed.length + changed.length === 0) {
      return lines(`${heading}. It would now be`, steps)
    }
    return lines(`${heading}. What has changed`, [
      ...removed.map(id => `- ${id}`),
      ...added.map(id => `+ ${id}`),
      ...changed.map(id => `~ ${id}`)
    ])
  }
}

export class LockBusy extends TaggedError("LockBusy", () => ({
  connection: Schema.String,
  schema: Schema.String,
  /** Who holds it, since when, and at which step: a sentence without a full stop. */
  holder: Schema.String,
  holder_run: Schema.optional(Schema.String),
  /** Milliseconds. */
  waited: Schema.Number
})) {
  override get message() {
    const place = this.schema === "" ? this.connection : `${this.connection}, schema ${this.schema}`
    return `${place} is being migrated by ${this.holder}; waited ${Math.round(this.waited / 100) / 10}s (BFM_LOCK_TIMEOUT)`
  }
}

/** The run ended with failed steps; what was applied stays applied and is in the result. */
export class RunFailed extends TaggedError("RunFailed", () => ({
  result: RunResult
})) {
  override get message() {
    return this.result.errors.join("\n") || `run ${this.result.run_id} ${this.result.state}`
  }
}

/** The store cannot do what was asked, for example rehearse. */
export class NotSupported extends TaggedError("NotSupported", () => ({
  connection: Schema.String,
  action: Schema.String,
  reason: Schema.String
})) {
  override get message() {
    return `connection ${this.connection} cannot ${this.action}: ${this.reason}`
  }
}

/** The embedded database cannot be started. */
export class EmbeddedUnavailable extends TaggedError("EmbeddedUnavailable", () => ({
  reason: Schema.String,
  /** The one command or setting that helps. */
  remedy: Schema.String
})) {
  override get message() {
    return `the embedded database cannot be started: ${this.reason}. ${this.remedy}`
  }
}

/** Writing or checking generated files failed. */
export class BuildFailed extends TaggedError("BuildFailed", () => ({
  problems: Schema.Array(Schema.String)
})) {
  override get message() {
    return this.problems.join("\n")
  }
}

/** Nobody is behind the request: no token, or one that is not known. Which of them is not told apart by time. */
export class Unauthenticated extends TaggedError("Unauthenticated", () => ({
  reason: Schema.String
})) {
  override get message() {
    return this.reason
  }
}

/** The token is known and may not do this. */
export class Forbidden extends TaggedError("Forbidden", () => ({
  reason: Schema.String
})) {
  override get message() {
    return this.reason
  }
}

/** An address failed to authenticate too often. */
export class TooManyAttempts extends TaggedError("TooManyAttempts", () => ({
  /** Seconds until the next attempt is looked at. */
  retry_after: Schema.Int
})) {
  override get message() {
    return `too many failed attempts; try again in ${this.retry_after}s`
  }
}

export class RunNotFound extends TaggedError("RunNotFound", () => ({
  id: Schema.String
})) {
  override get message() {
    return `run not found: ${this.id}`
  }
}

/** The run is in no state for this: it has ended, or another process carries it out. */
export class RunConflict extends TaggedError("RunConflict", () => ({
  id: Schema.String,
  reason: Schema.String
})) {
  override get message() {
    return `run ${this.id} ${this.reason}`
  }
}

/** The service is ending and begins nothing new. */
export class ShuttingDown extends TaggedError("ShuttingDown", () => ({})) {
  override get message() {
    return "the service is shutting down and begins no new runs"
  }
}

/** A service that was asked from afar did not answer, or in a way that is not understood. */
export class ServiceFailed extends TaggedError("ServiceFailed", () => ({
  url: Schema.String,
  reason: Schema.String,
  /** The run that goes on there, whoever listens. */
  run_id: Schema.optional(Schema.String)
})) {
  override get message() {
    const run =
      this.run_id === undefined
        ? ""
        : `; run ${this.run_id} goes on there, and GET ${this.url}/api/v1/runs/${this.run_id} says how it stands`
    return `service ${this.url}: ${this.reason}${run}`
  }
}

/** Every expected error. Each interface has one total table from `_tag` to its own code. */
export const all = [
  BuildFailed,
  ConfigInvalid,
  ConnectionUnknown,
  ConnectionUnreachable,
  EmbeddedUnavailable,
  Forbidden,
  LockBusy,
  MigrationAmbiguous,
  MigrationChanged,
  MigrationNotFound,
  NotSupported,
  PlanDiffers,
  PlanRejected,
  RequestInvalid,
  RunConflict,
  RunFailed,
  RunNotFound,
  ServiceFailed,
  ShuttingDown,
  SourceInvalid,
  StateUnavailable,
  StoreRefused,
  TooManyAttempts,
  Unauthenticated
]
export type BfmError = InstanceType<(typeof all)[number]>
