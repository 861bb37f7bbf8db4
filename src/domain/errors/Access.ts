import * as Schema from "effect/Schema"
import { TaggedError } from "../TaggedError.ts"

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
