import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { BfmError } from "../../domain/Errors.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"
import * as Status from "./Status.ts"

type Tag = BfmError["_tag"]
type TagOf<S extends Status.Status> = { [T in Tag]: (typeof Status.ofError)[T] extends S ? T : never }[Tag]
type ErrorOf<S extends Status.Status> = Extract<BfmError, { readonly _tag: TagOf<S> }>

/** All errors of one status: in the document and over the wire their bodies, for a client in TypeScript the errors. */
const of = <S extends Status.Status>(status: S, description: string) => {
  const tags = Object.keys(Status.ofError).filter(
    (tag): tag is TagOf<S> => Status.ofError[tag as Tag] === status
  )
  const [first = ""] = tags
  const body = Schema.Struct(
    {
      error: Schema.String.annotations({ description: "what happened, where, and what to do next" }),
      code: Schema.String.annotations({ description: `what kind of error: ${tags.join(", ")}` })
    },
    Schema.Record({ key: Schema.String, value: Schema.Unknown })
  ).annotations({
    identifier: `Problem${status}`,
    description,
    examples: [{ error: "what happened, and what to do next", code: first }]
  })
  const known = Schema.declare((error: unknown): error is ErrorOf<S> =>
    tags.some(tag => Schema.is(Schema.Struct({ _tag: Schema.Literal(tag) }))(error))
  )
  return Schema.transformOrFail(body, known, {
    strict: false,
    decode: (given, _, ast) => {
      const error = ErrorBody.toError(given)
      return error === undefined || !tags.some(tag => tag === error._tag)
        ? ParseResult.fail(new ParseResult.Type(ast, given, given.error))
        : ParseResult.succeed(error)
    },
    encode: error => ParseResult.succeed(ErrorBody.fromError(error))
  }).annotations(HttpApiSchema.annotations({ status, description }))
}

export const badRequest = of(400, "The request cannot be understood.")
export const unauthenticated = of(401, "No token, or one that is not known.")
export const forbidden = of(403, "The token may not do this.")
export const notFound = of(404, "There is no such thing.")
export const conflict = of(409, "Something stands against it now.")
export const unplannable = of(422, "It is understood and cannot be planned; nothing ran.")
export const tooManyAttempts = of(429, "Too many failed attempts from this address.")
export const unavailable = of(503, "A database cannot be reached, or the service is ending.")
