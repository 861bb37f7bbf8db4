import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type { BfmError } from "../../domain/Errors.ts"
import type { Snapshot } from "../../pipeline/report/Snapshot.ts"
import { Identity } from "../../ports/Identity.ts"
import { Caller, scopes } from "./Access.ts"
import * as Authentication from "./Authentication.ts"
import type { Incoming } from "./Incoming.ts"
import * as Migrations from "./Migrations.ts"

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, BfmError, Snapshot>

/** An id that means itself; whatever has to be decoded first goes the way of all requests. */
const path = /^\/api\/v1\/migrations\/([\w.~-]{1,250})\/(status|applied)$/

const answers = { status: Migrations.status, applied: Migrations.applied }

/**
 * What pipelines ask in loops, by the shortest way: the same handlers behind the same token, without what the
 * builder does for routes that take more than an id. `undefined` where the request is another one.
 */
export const make = Effect.map(Identity, identity => (request: Incoming): Answer | undefined => {
  if (request.method !== "GET") return undefined
  const [, id, what] = path.exec(request.url) ?? []
  if (id === undefined || (what !== "status" && what !== "applied")) return undefined
  return Effect.flatMap(Authentication.authorize(identity, scopes.Read, request), caller => {
    const body: Effect.Effect<object, BfmError, Snapshot | Caller> = answers[what](id)
    return Effect.map(Effect.provideService(body, Caller, caller), told)
  })
})

const told = (body: object): HttpServerResponse.HttpServerResponse => {
  const text = JSON.stringify(body)
  return HttpServerResponse.raw(text, {
    contentType: "application/json",
    contentLength: Buffer.byteLength(text)
  })
}
