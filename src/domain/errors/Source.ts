import * as Schema from "effect/Schema"
import { TaggedError } from "../TaggedError.ts"
import { count, lines } from "./Text.ts"

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

/** Writing or checking generated files failed. */
export class BuildFailed extends TaggedError("BuildFailed", () => ({
  problems: Schema.Array(Schema.String)
})) {
  override get message() {
    return this.problems.join("\n")
  }
}
