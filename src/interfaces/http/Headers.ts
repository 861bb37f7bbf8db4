import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as RequestId from "./RequestId.ts"

/** What a page of another origin may do; nothing unless its origin is configured. */
export interface Policy {
  readonly origins: ReadonlyArray<string>
  readonly tls: boolean
}

const always = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store"
}

/** Two years, as browsers want it. */
const overTls = { ...always, "strict-transport-security": "max-age=63072000" }

/** The headers of every answer: what protects whoever reads it, and what the route said itself. */
export const all = (
  policy: Policy,
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse,
  requestId: string
): Readonly<Record<string, string>> => ({
  ...(policy.tls ? overTls : always),
  ...response.headers,
  ...origin(policy, request),
  [RequestId.header]: requestId
})

const none = {}

/** `*` is any. */
const isAllowed = (origins: Policy["origins"], asking: string | undefined): asking is string =>
  asking !== undefined && (origins.includes("*") || origins.includes(asking))

const origin = ({ origins }: Policy, { headers }: HttpServerRequest.HttpServerRequest) => {
  if (origins.length === 0) return none
  const asking = headers["origin"]
  if (!isAllowed(origins, asking)) return { vary: "Origin" }
  return {
    vary: "Origin",
    "access-control-allow-origin": asking,
    "access-control-expose-headers": "X-Request-Id, X-Run-Id, Retry-After",
    "cross-origin-resource-policy": "cross-origin"
  }
}

/** The answer to a browser that asks what it may, and to whoever asks what a path knows. */
export const preflight = (
  { origins }: Policy,
  { headers }: HttpServerRequest.HttpServerRequest,
  methods: ReadonlyArray<string>
): HttpServerResponse.HttpServerResponse => {
  const allow = methods.join(", ")
  const asking = headers["origin"]
  const allowed = isAllowed(origins, asking)
  return HttpServerResponse.empty({
    status: 204,
    headers: {
      allow,
      ...(allowed
        ? {
            "access-control-allow-methods": allow,
            "access-control-allow-headers": "Authorization, Content-Type, X-Request-Id, Last-Event-ID",
            "access-control-max-age": "600"
          }
        : {})
    }
  })
}
