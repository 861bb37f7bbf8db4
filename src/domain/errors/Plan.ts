import * as Schema from "effect/Schema"
import { TaggedError } from "../TaggedError.ts"
import { count, lines } from "./Text.ts"

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
        "schema_moved",
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
      `${count(this.ids.length, "applied migration")} changed after ${this.ids.length === 1 ? "it was" : "they were"} applied, nothing was run`,
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
    if (steps.length === 0) return `${heading}: nothing of it is pending any more`
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
