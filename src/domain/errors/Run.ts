import * as Schema from "effect/Schema"
import { RunResult } from "../Run.ts"
import { TaggedError } from "../TaggedError.ts"

/** The run ended with failed steps; what was applied stays applied and is in the result. */
export class RunFailed extends TaggedError("RunFailed", () => ({
  result: RunResult
})) {
  override get message() {
    return this.result.errors.join("\n") || `run ${this.result.run_id} ${this.result.state}`
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
