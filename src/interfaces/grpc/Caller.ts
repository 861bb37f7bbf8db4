import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Forbidden } from "../../domain/Errors.ts"
import { type Principal, refusal, type Scope } from "../../domain/Principal.ts"
import { Connections } from "../../ports/Connections.ts"

/** Who makes the call. */
export class Caller extends Context.Tag("bfm/grpc/Caller")<Caller, Principal>() {}

/** Whoever asks what anybody may ask. */
export const anybody: Principal = { name: "anonymous", scopes: [] }

/** Fails unless the caller has the scope and may touch all of the connections. */
export const need = (scope: Scope, connections: ReadonlyArray<string> = []) =>
  Effect.flatMap(Caller, caller => {
    const reason = refusal(caller, scope, connections)
    return reason === undefined ? Effect.void : new Forbidden({ reason })
  })

/** The connections that are asked for; of a caller that may not see all, those that it may. */
export const seen = Effect.fnUntraced(function* (named: ReadonlyArray<string>) {
  const { connections: permitted } = yield* Caller
  yield* need("read", named)
  if (named.length > 0 || permitted === undefined) return named
  const { configured } = yield* Connections
  const visible = permitted.filter(name => configured.has(name))
  // No names at all would mean every connection.
  return visible.length > 0
    ? visible
    : yield* new Forbidden({ reason: "the token may touch no connection that there is" })
})

/** The only connections that the caller may touch or see; all of them when there is none. */
export const permitted = Effect.map(Caller, ({ connections }) => connections)
