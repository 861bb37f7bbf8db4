import { randomUUID } from "node:crypto"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Context from "effect/Context"

export const header = "x-request-id"

/** The id of the request that is being answered. */
export class RequestId extends Context.Reference<RequestId>()("bfm/http/RequestId", {
  defaultValue: () => ""
}) {}

/** What may stand in a log line and in a header. */
const sane = /^[\w.:@/+=-]{1,128}$/

/** The client's own id of its request, or a new one. */
export const of = ({ headers }: HttpServerRequest.HttpServerRequest): string => {
  const given = headers[header]
  return given !== undefined && sane.test(given) ? given : randomUUID()
}

/** The path of a request without its query: that may hold what is nobody's business. */
export const pathOf = (url: string): string => (url.split("?", 1)[0] ?? "").slice(0, 300)
