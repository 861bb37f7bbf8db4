import * as Effect from "effect/Effect"
import { Connections } from "../../ports/Connections.ts"
import * as Planning from "../plan/Planning.ts"
import * as Detail from "../report/Detail.ts"
import type * as ActiveRun from "./ActiveRun.ts"

/** The connections that an order means by itself; its dependencies may lead to others. */
export const connections = Effect.fn("Target.connections")(function* (order: ActiveRun.Order) {
  if (order._tag === "Down") {
    const { item } = yield* Detail.of(order.request.id)
    return [item.connection]
  }
  const named = order.request.target.connections
  yield* Planning.configured(named)
  const { configured } = yield* Connections
  return named.length === 0 ? [...configured.keys()] : named
})
