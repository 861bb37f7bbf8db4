import * as Data from "effect/Data"

/** What is wrong with a request before anybody has looked at what it asks for. */
export class Fault extends Data.TaggedError("Fault")<{
  readonly status: 400 | 404 | 405 | 413
  readonly code: "BodyInvalid" | "BodyTooLarge" | "MethodNotAllowed" | "RequestInvalid" | "RouteNotFound"
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}> {}
