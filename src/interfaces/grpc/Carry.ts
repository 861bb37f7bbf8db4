import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { DownRequest, UpRequest } from "../../domain/Request.ts"
import type { Run } from "../../domain/Run.ts"
import * as Permission from "../../pipeline/execute/Permission.ts"
import * as PlanMemory from "../../pipeline/plan/PlanMemory.ts"
import * as Planning from "../../pipeline/plan/Planning.ts"
import type { Order } from "../../pipeline/runs/ActiveRun.ts"
import { Runs } from "../../pipeline/runs/Runs.ts"
import * as Caller from "./Caller.ts"

const options = { concurrency: 1, on_failure: "stop" } as const

export const up = (request: UpRequest): Order => ({ _tag: "Up", request, options })

export const down = (request: DownRequest): Order => ({ _tag: "Down", request, options })

/** What a run would do, as far as the caller may touch it. */
export const plan = Effect.fn("Carry.plan")(function* (order: Order) {
  const made = yield* Planning.of(order)
  yield* Permission.within(made, yield* Caller.permitted)
  yield* PlanMemory.remember(made)
  return made
})

/** Begins a run on what the caller may touch, and does not wait for it. */
export const begin = Effect.fn("Carry.begin")(function* (order: Order) {
  const runs = yield* Runs
  return yield* runs.start({ ...order, permitted: yield* Caller.permitted })
})

/** Whoever does not wait any more ends the run, after the step in flight; not what waits for a worker. */
const attended = (order: Order) =>
  Effect.flatMap(Runs, ({ queues }) =>
    Effect.acquireRelease(begin(order), handle => (queues ? Effect.void : handle.cancel(false)))
  )

/** A run that a worker will carry out; nothing where runs are not queued. */
export const queued = (order: Order) =>
  Effect.flatMap(Runs, ({ queues }) =>
    queues
      ? Effect.asSome(Effect.flatMap(begin(order), handle => handle.run))
      : Effect.succeed(Option.none<Run>())
  )

/** What a run comes to that lasts as long as its call. */
export const result = (order: Order) =>
  Effect.scoped(Effect.flatMap(attended(order), handle => handle.result))

/** The same as it happens. */
export const events = (order: Order) =>
  Stream.unwrapScoped(
    Effect.map(attended(order), ({ id, events }) => Stream.map(events, ({ event }) => ({ id, event })))
  )
