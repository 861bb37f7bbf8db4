import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Forbidden } from "../../domain/Errors.ts"
import * as Principal from "../../domain/Principal.ts"
import { Identity } from "../../ports/Identity.ts"
import * as Bearer from "../wire/Bearer.ts"
import * as Access from "./Access.ts"

/** Whoever sends the request, when its token is for such things. */
export const authorize = (
  identity: Identity["Type"],
  scope: Principal.Scope,
  { headers, remoteAddress }: HttpServerRequest.HttpServerRequest
) => {
  const given = Bearer.token(headers["authorization"])
  if (Either.isLeft(given)) return given.left
  const address = Option.getOrElse(remoteAddress, () => "")
  return Effect.flatMap(identity.authenticate(given.right, address), principal => {
    const reason = Principal.refusal(principal, scope, [])
    return reason === undefined ? Effect.succeed(principal) : new Forbidden({ reason })
  })
}

/** Who asks, and whether they may: decided before anything of a request is looked at. */
export const layer: Layer.Layer<Access.Read | Access.Migrate | Access.RollBack, never, Identity> =
  Layer.mergeAll(
    Layer.effect(Access.Read, checking(Access.scopes.Read)),
    Layer.effect(Access.Migrate, checking(Access.scopes.Migrate)),
    Layer.effect(Access.RollBack, checking(Access.scopes.RollBack))
  )

function checking(scope: Principal.Scope) {
  return Effect.map(Identity, identity => ({
    token: () =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, request => authorize(identity, scope, request))
  }))
}
