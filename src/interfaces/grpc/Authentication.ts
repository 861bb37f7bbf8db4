import type { Metadata } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import { Identity } from "../../ports/Identity.ts"
import * as Bearer from "../wire/Bearer.ts"

/** Who makes a call, by the bearer token in its metadata. */
export const authenticate = Effect.fn("Authentication.authenticate")(function* (
  metadata: Metadata,
  address: string
) {
  const identity = yield* Identity
  const [header] = metadata.get("authorization").map(String)
  return yield* identity.authenticate(yield* Bearer.token(header), address)
})

/** The address of `127.0.0.1:4711`, `[::1]:4711` or `::1:4711`. */
export const addressOf = (peer: string): string => peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")
