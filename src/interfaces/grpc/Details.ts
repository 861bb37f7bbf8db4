import { create, toBinary } from "@bufbuild/protobuf"
import { anyPack } from "@bufbuild/protobuf/wkt"
import * as grpc from "@grpc/grpc-js"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import type { BfmError } from "../../domain/Errors.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"
import * as RetryAfter from "../wire/RetryAfter.ts"
import { ErrorInfoSchema, RetryInfoSchema, StatusSchema } from "./generated/google/rpc/status_pb.ts"
import * as Status from "./Status.ts"

/** Trailers are small: clients give up on those of more than 8 or 16 KiB, and then the error is lost as a whole. */
const longestText = 2_000
const longestField = 500
const mostFields = 12

/** What only gRPC has to say: an error that is a status and nothing else. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly code: grpc.status
  readonly details: string
}> {}

export type CallError = BfmError | Refused

/** Why a call came to nothing, as its caller hears it. What nobody expected is said to nobody but the log. */
export const fromCause = (cause: Cause.Cause<CallError>): grpc.ServerErrorResponse => {
  const error = Cause.failureOption(cause)
  if (Option.isSome(error)) return fromError(error.value)
  return Cause.isInterruptedOnly(cause)
    ? plain(grpc.status.CANCELLED, "the call was cancelled")
    : plain(grpc.status.INTERNAL, "internal error; the log of the service says more")
}

const plain = (code: grpc.status, details: string): grpc.ServerErrorResponse => ({
  name: "Error",
  message: details,
  code,
  details
})

/** The text, the code, and in `grpc-status-details-bin` the kind of the error and what is known about it. */
export const fromError = (error: CallError): grpc.ServerErrorResponse => {
  if (error._tag === "Refused") return plain(error.code, error.details)
  const code = Status.ofError[error._tag]
  const message = shortened(error.message, longestText)
  const wait = RetryAfter.ofError(error)
  const details = [
    anyPack(
      ErrorInfoSchema,
      create(ErrorInfoSchema, { reason: error._tag, domain: "bfm", metadata: metadataOf(error) })
    ),
    ...(wait === undefined ? [] : [retryInfo(wait)])
  ]
  const metadata = new grpc.Metadata()
  metadata.set(
    "grpc-status-details-bin",
    Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message, details })))
  )
  return { ...plain(code, message), metadata }
}

const retryInfo = (seconds: number) =>
  anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: { seconds: BigInt(seconds) } }))

const metadataOf = (error: BfmError): Record<string, string> => {
  const { error: _, code: __, ...fields } = ErrorBody.fromError(error)
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, mostFields)
      .map(([name, value]) => [
        name,
        shortened(typeof value === "string" ? value : JSON.stringify(value), longestField)
      ])
  )
}

const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`
