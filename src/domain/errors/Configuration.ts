import * as Schema from "effect/Schema"
import * as Backend from "../Backend.ts"
import { TaggedError } from "../TaggedError.ts"
import * as Variable from "../Variable.ts"
import { count, lines } from "./Text.ts"

/** One problem of a configuration: the variable and what is wrong with it. Never its value. */
export const ConfigProblem = Schema.Struct({
  variable: Schema.String,
  reason: Schema.String
})
export type ConfigProblem = typeof ConfigProblem.Type

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

export class ConnectionUnknown extends TaggedError("ConnectionUnknown", () => ({
  connection: Schema.String,
  configured: Schema.Array(Schema.String)
})) {
  override get message() {
    const place = Backend.series(
      Backend.somewhere.map(suffix => Variable.of(this.connection, suffix)),
      "or"
    )
    return `connection ${this.connection} is not configured: set ${Variable.of(this.connection, "BACKEND")} and ${place} (configured: ${this.configured.join(", ") || "none"})`
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
