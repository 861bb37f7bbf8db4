import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import { type Actor, CurrentActor } from "../../domain/Actor.ts"
import { Forbidden } from "../../domain/Errors.ts"
import * as Principal from "../../domain/Principal.ts"
import type * as ActiveRun from "../../pipeline/runs/ActiveRun.ts"
import { Runs } from "../../pipeline/runs/Runs.ts"
import { Caller } from "./Access.ts"
import * as RequestId from "./RequestId.ts"

/** Fails when the caller's token does not reach so far. */
export const permit = (
  scope: Principal.Scope,
  connections: ReadonlyArray<string>
): Effect.Effect<void, Forbidden, Caller> =>
  Effect.flatMap(Caller, caller => {
    const reason = Principal.refusal(caller, scope, connections)
    return reason === undefined ? Effect.void : new Forbidden({ reason })
  })

/** Does it in the name of the caller. */
export const asCaller = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const caller = yield* Caller
  const request = yield* HttpServerRequest.HttpServerRequest
  const actor: Actor = {
    name: caller.name,
    method: "api",
    request: {
      id: yield* RequestId.RequestId,
      endpoint: `${request.method} ${RequestId.pathOf(request.url)}`
    }
  }
  return yield* Effect.provideService(work, CurrentActor, actor)
})

/** Begins a run in the name of the caller, on no connection that the caller may not touch. */
export const begin = Effect.fnUntraced(function* (order: ActiveRun.Order) {
  const runs = yield* Runs
  const { connections } = yield* Caller
  return yield* asCaller(runs.start({ ...order, permitted: connections }))
})
