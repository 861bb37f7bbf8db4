import type { HttpApiDecodeError } from "@effect/platform/HttpApiError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BfmError } from "../../domain/Errors.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"
import * as RetryAfter from "../wire/RetryAfter.ts"
import { Fault } from "./Fault.ts"
import * as Status from "./Status.ts"

/** The answer to an error; `more` is what the route says besides. */
export const ofError = (
  error: BfmError,
  more: Readonly<Record<string, unknown>> = {}
): HttpServerResponse.HttpServerResponse => {
  const wait = RetryAfter.ofError(error)
  return HttpServerResponse.unsafeJson(
    { ...ErrorBody.fromError(error), ...more },
    {
      status: Status.ofError[error._tag],
      headers: wait === undefined ? {} : { "retry-after": String(wait) }
    }
  )
}

/** The answer to whatever went wrong. Of a mistake in bfm itself the client learns no more than where to look. */
export const ofCause = (
  cause: Cause.Cause<unknown>,
  requestId: string
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const failure = Option.orElse(Cause.failureOption(cause), () => Cause.dieOption(cause))
  const known = Option.flatMap(failure, expected)
  if (Option.isSome(known)) return Effect.succeed(known.value)
  const error = `this is a mistake in bfm itself; its log says more under request ${requestId}`
  return Effect.as(
    Effect.logError("a request failed by a mistake in bfm itself", cause),
    HttpServerResponse.unsafeJson({ error, code: "Internal" }, { status: 500 })
  )
}

const expected = (error: unknown): Option.Option<HttpServerResponse.HttpServerResponse> => {
  if (isBfmError(error)) return Option.some(ofError(error))
  if (error instanceof Fault) return Option.some(ofFault(error))
  if (isDecodeError(error)) return Option.some(ofFault(invalid(error)))
  return Option.none()
}

export const ofFault = ({ message, code, status, headers }: Fault): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson({ error: message, code }, { status, headers: headers ?? {} })

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined

const isBfmError = (error: unknown): error is BfmError => {
  const tag = tagOf(error)
  return typeof tag === "string" && Object.hasOwn(Status.ofError, tag)
}

const isDecodeError = (error: unknown): error is HttpApiDecodeError => tagOf(error) === "HttpApiDecodeError"

/** What is wrong, field by field; what was sent is shown as far as it helps. */
const invalid = ({ issues }: HttpApiDecodeError): Fault =>
  new Fault({
    status: 400,
    code: "RequestInvalid",
    message: issues
      .slice(0, 20)
      .map(
        ({ path, message }) => `${path.length === 0 ? "request" : path.join(".")}: ${message.slice(0, 300)}`
      )
      .join("\n")
  })
