import * as Effect from "effect/Effect"
import type { Plan, Step } from "../../domain/Plan.ts"
import { Connections } from "../../ports/Connections.ts"

/** A plan for people: each step says what it would change now, where its store can tell. */
export const fill = Effect.fn("Preview.fill")(function* (plan: Plan) {
  const connections = yield* Connections
  const byConnection = new Map<string, Array<Step>>()
  for (const step of plan.steps) {
    const steps = byConnection.get(step.connection)
    if (steps === undefined) byConnection.set(step.connection, [step])
    else steps.push(step)
  }
  const filled = yield* Effect.forEach(
    byConnection,
    ([name, steps]) => Effect.flatMap(connections.open(name), store => store.preview(steps)),
    { concurrency: "unbounded" }
  )
  const steps = filled.flat().sort((a, b) => a.position - b.position)
  return { ...plan, steps } satisfies Plan
})
