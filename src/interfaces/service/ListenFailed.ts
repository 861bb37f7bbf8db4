import * as Data from "effect/Data"

/** The address is taken, or may not be listened on. */
export class ListenFailed extends Data.TaggedError("ListenFailed")<{
  readonly address: string
  readonly reason: string
}> {
  override get message() {
    return `cannot listen on ${this.address}: ${this.reason}`
  }
}
