import * as Schema from "effect/Schema"
import { TaggedError } from "../TaggedError.ts"

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
