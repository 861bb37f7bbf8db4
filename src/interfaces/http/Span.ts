import type { HttpServerResponse } from "@effect/platform/HttpServerResponse"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Incoming } from "./Incoming.ts"
import * as RequestId from "./RequestId.ts"

/** The span of a request, below that of the client when it sent one along. Headers and queries are not in it. */
export const around = <E, R>(
  { method, url, headers }: Incoming,
  answer: Effect.Effect<HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse, E, R> =>
  answer.pipe(
    Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
    Effect.withSpan(`http.server ${method}`, {
      kind: "server",
      captureStackTrace: false,
      parent: Option.getOrUndefined(HttpTraceContext.fromHeaders(headers)),
      attributes: { "http.request.method": method, "url.path": RequestId.pathOf(url) }
    })
  )
