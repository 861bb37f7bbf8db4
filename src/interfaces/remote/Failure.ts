import type { HttpApiDecodeError } from "@effect/platform/HttpApiError"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { type BfmError, ServiceFailed } from "../../domain/Errors.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"

/** What asking a service can come to beside an answer. */
export type Failed = BfmError | HttpClientError.HttpClientError | HttpApiDecodeError | ParseError

const decodeBody = Schema.decodeUnknownEither(
  Schema.parseJson(
    Schema.Struct(
      { error: Schema.String, code: Schema.String },
      Schema.Record({ key: Schema.String, value: Schema.Unknown })
    )
  )
)

/** The error of the service as if it had happened here; whatever is none of ours is told as it stands. */
export const told =
  (url: string) =>
  (failed: Failed): Effect.Effect<never, BfmError> => {
    switch (failed._tag) {
      case "RequestError":
        return new ServiceFailed({ url, reason: unreached(failed) })
      case "ResponseError":
        return Effect.flatMap(
          Effect.orElseSucceed(failed.response.text, () => ""),
          text => Effect.fail(answered(url, failed.response.status, text))
        )
      case "HttpApiDecodeError":
      case "ParseError":
        return new ServiceFailed({ url, reason: `its answer is not understood: ${short(failed.message)}` })
      default:
        return Effect.fail(failed)
    }
  }

const answered = (url: string, status: number, text: string): BfmError => {
  const body = decodeBody(text)
  if (Either.isRight(body)) {
    const known = ErrorBody.toError(body.right)
    return known ?? new ServiceFailed({ url, reason: `${body.right.error} (${body.right.code})` })
  }
  const said =
    status < 400 ? "its answer broke off" : `it is no BfM, or stands behind something: HTTP ${status}`
  return new ServiceFailed({ url, reason: text.trim() === "" ? said : `${said}: ${short(text)}` })
}

const short = (text: string): string => text.trim().replaceAll(/\s+/g, " ").slice(0, 300)

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name of the host cannot be looked up",
  ECONNRESET: "the connection broke",
  UND_ERR_SOCKET: "the connection broke",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS"
}

/** Errors before anything was sent: what was asked for cannot have begun. */
const unsent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"])

export const isUnsent = (failed: Failed): boolean =>
  failed._tag === "RequestError" && (unsent.has(codeOf(failed)) || /CERT|SSL/.test(codeOf(failed)))

/** Whether asking once more may help. */
export const isLost = (failed: Failed): boolean =>
  failed._tag === "RequestError" ||
  (failed._tag === "ResponseError" && (failed.response.status < 400 || failed.response.status >= 500))

const unreached = (failed: HttpClientError.RequestError): string => {
  const code = codeOf(failed)
  return `cannot be reached: ${words[code] ?? (code === "" ? short(failed.message) : code)}`
}

/** The system's own code stands some causes below. */
const codeOf = ({ cause }: HttpClientError.RequestError): string => {
  let at: unknown = cause
  for (let depth = 0; depth < 5 && typeof at === "object" && at !== null; depth++) {
    if ("code" in at && typeof at.code === "string") return at.code
    if ("errors" in at && Array.isArray(at.errors)) at = at.errors[0]
    else at = "cause" in at ? at.cause : undefined
  }
  return ""
}
