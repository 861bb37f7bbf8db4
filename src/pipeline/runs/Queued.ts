import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { BfmError } from "../../domain/Errors.ts"
import type { Numbered, Run, RunResult } from "../../domain/Run.ts"
import { Fleet } from "../../ports/Fleet.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Result from "../execute/Result.ts"
import * as ActiveRun from "./ActiveRun.ts"
import * as Following from "./Following.ts"
import * as Workers from "./Workers.ts"

/** Queues a run for the current actor: the state has it before this ends, and some worker will carry it out. */
export const begin = Effect.fn("Queued.begin")(function* (order: ActiveRun.Order) {
  const context = yield* Effect.context<StateStore | Fleet>()
  const state = yield* StateStore
  const fleet = yield* Fleet
  const announced = yield* ActiveRun.announced(order)
  const listening = yield* Workers.areListening(fleet)
  const run: Run = listening ? announced : { ...announced, notice: Workers.nobody }
  yield* state.record([
    { _tag: "Run", run },
    { _tag: "Asked", runId: run.id, asked: ActiveRun.askedOf(order), fleet: true }
  ])
  const handle: ActiveRun.Handle = {
    id: run.id,
    order,
    run: Effect.succeed(run),
    first: 1,
    events: Stream.provideContext(heard(run.id), context),
    result: Effect.provide(result(run.id), context),
    cancel: now => Effect.provide(Effect.ignore(state.cancel(run.id, { by: run.actor.name, now })), context)
  }
  return handle
})

/** As the worker tells it. */
const heard = (id: string): Stream.Stream<Numbered, BfmError, StateStore> =>
  Stream.filterMap(Following.events(id, 0), Following.asNumbered)

const result = Effect.fnUntraced(function* (id: string) {
  const told = yield* Stream.runFold(
    Stream.map(heard(id), ({ event }) => event),
    Result.initial,
    Result.step
  )
  const { state, error } = yield* Following.standing(id)
  const found: RunResult = {
    ...told,
    run_id: id,
    state,
    success: told.success && state === "succeeded",
    errors: error === undefined ? told.errors : [...told.errors, error]
  }
  return found
})
