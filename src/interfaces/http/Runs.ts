import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { CurrentActor } from "../../domain/Actor.ts"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Direction } from "../../domain/Plan.ts"
import type * as Permission from "../../pipeline/execute/Permission.ts"
import * as Result from "../../pipeline/execute/Result.ts"
import * as Run from "../../pipeline/execute/Run.ts"
import * as PlanMemory from "../../pipeline/plan/PlanMemory.ts"
import * as Planning from "../../pipeline/plan/Planning.ts"
import type * as ActiveRun from "../../pipeline/runs/ActiveRun.ts"
import * as RunBook from "../../pipeline/runs/RunBook.ts"
import * as Target from "../../pipeline/runs/Target.ts"
import * as RunDetail from "../wire/RunDetail.ts"
import * as RunRequest from "../wire/RunRequest.ts"
import { Caller } from "./Access.ts"
import { Api } from "./Api.ts"
import { asCaller, begin, permit } from "./Begin.ts"
import * as Events from "./Events.ts"
import * as Paging from "./Paging.ts"
import * as RunAndWait from "./RunAndWait.ts"

export const layer = HttpApiBuilder.group(Api, "runs", handlers =>
  handlers
    .handle("migrate", ({ payload }) => RunAndWait.migrate(payload))
    .handle("up", ({ payload }) => RunAndWait.up(payload))
    .handle("down", ({ payload }) => RunAndWait.down(payload))
    .handle("rollback", ({ path, payload }) => RunAndWait.rollback(path.id, payload))
    .handle("plan", ({ payload }) =>
      RunAndWait.planned(Effect.flatMap(RunRequest.toOrder(payload), Planning.of))
    )
    .handle("rehearse", ({ payload }) => Effect.flatMap(RunRequest.toOrder(payload), rehearse))
    .handle("start", ({ payload }) => Effect.flatMap(RunRequest.toOrder(payload), start))
    .handle("runs", ({ urlParams }) => seeing(RunBook.list, Paging.page(urlParams, 100)))
    .handle("run", ({ path }) => Effect.map(seeing(RunBook.detail, path.id), RunDetail.fromDetail))
    .handle("result", ({ path }) => seeing(RunBook.resultOf, path.id))
    .handle("events", ({ path, headers }) => Events.respond(path.id, headers["last-event-id"]))
    .handle("cancel", ({ path, urlParams }) => cancel(path.id, urlParams.now === true))
    .handle("resume", ({ path }) => resume(path.id))
)

/** What the caller may see of it. */
const seeing = <A, B, E, R>(
  ask: (what: A, permitted: Permission.Connections) => Effect.Effect<B, E, R>,
  what: A
) => Effect.flatMap(Caller, ({ connections }) => ask(what, connections))

/** Whether the caller's token reaches as far as just this order. */
const permitted = (order: ActiveRun.Order) =>
  Effect.flatMap(Target.connections(order), touched =>
    permit(scopeOf(order._tag === "Up" ? "up" : "down"), touched)
  )

const start = (order: ActiveRun.Order) =>
  Effect.gen(function* () {
    yield* permitted(order)
    yield* PlanMemory.ascertain(order)
    const run = yield* begin(order)
    return yield* run.run
  })

const resume = (id: string) =>
  Effect.gen(function* () {
    const order = yield* seeing(RunBook.orderOf, id)
    yield* permitted(order)
    // What is noted as gone on with is begun, also when the caller goes away.
    const run = yield* Effect.uninterruptible(Effect.flatMap(RunBook.takeOver(id, order), begin))
    return yield* run.run
  })

/** Nothing is rehearsed on a connection on which the caller may not run. */
const rehearse = (order: ActiveRun.Order) =>
  Effect.gen(function* () {
    if (order._tag === "Down") return yield* new RequestInvalid({ problems: ["only applying is rehearsed"] })
    yield* permit("migrate", yield* Target.connections(order))
    yield* RunAndWait.planned(Planning.up(order.request))
    const { name } = yield* Caller
    return yield* Run.rehearse(order.request).pipe(
      Stream.runFold(Result.initial, Result.step),
      Effect.provideService(CurrentActor, { name, method: "api" })
    )
  })

/** Ending a run takes what beginning it takes. */
const cancel = (id: string, now: boolean) =>
  Effect.gen(function* () {
    const { direction } = yield* seeing(RunBook.find, id)
    yield* permit(scopeOf(direction), [])
    return yield* asCaller(RunBook.cancel(id, now))
  })

const scopeOf = (direction: Direction) => (direction === "up" ? "migrate" : "rollback")
