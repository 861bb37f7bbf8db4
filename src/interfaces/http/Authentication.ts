import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Forbidden } from "../../domain/Errors.ts"
import * as Principal from "../../domain/Principal.ts"
import { Identity } from "../../ports/Identity.ts"
import * as Bearer from "../wire/Bearer.ts"
import * as Access from "./Access.ts"

const authorize = Effect.fnUntraced(function* (identity: Identity["Type"], scope: Principal.Scope) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const address = Option.getOrElse(request.remoteAddress, () => "")
  const principal = yield* identity.authenticate(
    yield* Bearer.token(request.headers["authorization"]),
    address
  )
  const reason = Principal.refusal(principal, scope, [])
  if (reason !== undefined) return yield* new Forbidden({ reason })
  return principal
})

/** Who asks, and whether they may: decided before anything of a request is looked at. */
export const layer: Layer.Layer<Access.Read | Access.Migrate | Access.RollBack, never, Identity> =
  Layer.mergeAll(
    Layer.effect(Access.Read, checking(Access.scopes.Read)),
    Layer.effect(Access.Migrate, checking(Access.scopes.Migrate)),
    Layer.effect(Access.RollBack, checking(Access.scopes.RollBack))
  )

function checking(scope: Principal.Scope) {
  return Effect.map(Identity, identity => ({ token: () => authorize(identity, scope) }))
}
