import type { Metadata } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Unauthenticated } from "../../domain/Errors.ts"
import type { Principal } from "../../domain/Principal.ts"
import { Identity } from "../../ports/Identity.ts"

/** Who makes a call, by the bearer token in its metadata. */
export const authenticate = Effect.fn("Authentication.authenticate")(function* (
  metadata: Metadata,
  peer: string
): Effect.fn.Return<Principal, Effect.Effect.Error<ReturnType<Identity["Type"]["authenticate"]>>, Identity> {
  const identity = yield* Identity
  const [header] = metadata.get("authorization").map(String)
  const token = header === undefined ? undefined : bearer(header)
  const principal = identity.authenticate(token, addressOf(peer))
  if (header === undefined || token !== undefined) return yield* principal
  return yield* Effect.catchTag(principal, "Unauthenticated", () =>
    Effect.fail(new Unauthenticated({ reason: "authorization header must use Bearer scheme" }))
  )
})

const bearer = (header: string): Redacted.Redacted<string> | undefined => {
  const token = /^bearer (.*)$/is.exec(header)?.[1]
  return token === undefined ? undefined : Redacted.make(token)
}

/** `127.0.0.1:4711`, `[::1]:4711` or `::1:4711`, without the port. */
export const addressOf = (peer: string): string => peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")
