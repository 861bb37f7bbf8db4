import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Run } from "../../domain/Run.ts"
import type * as Permission from "../../pipeline/execute/Permission.ts"
import * as PlanMemory from "../../pipeline/plan/PlanMemory.ts"
import type { Order } from "../../pipeline/runs/ActiveRun.ts"
import * as RunBook from "../../pipeline/runs/RunBook.ts"
import * as Target from "../../pipeline/runs/Target.ts"
import * as Watch from "../../pipeline/runs/Watch.ts"
import { Identity } from "../../ports/Identity.ts"
import * as RunDetail from "../wire/RunDetail.ts"
import * as RunRequest from "../wire/RunRequest.ts"
import type { Handlers } from "./Adapter.ts"
import * as Caller from "./Caller.ts"
import * as Carry from "./Carry.ts"
import { Closing } from "./Closing.ts"
import type { CallError } from "./Details.ts"
import * as Events from "./Events.ts"
import * as Generated from "./generated/migration_pb.ts"
import * as Json from "./Json.ts"
import type { Needs } from "./Needs.ts"
import * as Paging from "./Paging.ts"

type Methods =
  | "plan"
  | "startRun"
  | "getRun"
  | "getRunResult"
  | "listRuns"
  | "cancelRun"
  | "resumeRun"
  | "watchRun"

/** Runs that belong to nobody who might go away. */
export const handlers: Handlers<typeof Generated.MigrationService, CallError, Needs, Methods> = {
  plan: request => Effect.map(Effect.flatMap(order(request), Carry.plan), Json.message(Generated.PlanSchema)),
  startRun: request => Effect.flatMap(order(request), started),
  getRun: ({ runId }) => Effect.map(seeing(RunBook.detail, runId), found => run(RunDetail.fromDetail(found))),
  getRunResult: ({ runId }) =>
    Effect.map(seeing(RunBook.resultOf, runId), Json.message(Generated.RunResultSchema)),
  listRuns: request =>
    Effect.map(seeing(RunBook.list, Paging.of(request, 100)), Json.message(Generated.ListRunsResponseSchema)),
  cancelRun: ({ runId, now }) =>
    Effect.zipRight(may(seeing(RunBook.find, runId)), Effect.map(RunBook.cancel(runId, now), run)),
  resumeRun: ({ runId }) =>
    Effect.zipRight(
      may(seeing(RunBook.find, runId)),
      Effect.flatMap(seeing(RunBook.orderOf, runId), order =>
        Effect.zipRight(
          permitted(order),
          // What is noted as gone on with is begun, also when the caller goes away.
          Effect.uninterruptible(Effect.flatMap(RunBook.takeOver(runId, order), begun))
        )
      )
    ),
  watchRun: ({ runId, after }) =>
    after > last
      ? Stream.fail(new RequestInvalid({ problems: [`after: no run has an event ${after}`] }))
      : Stream.map(followed(runId, Number(after)), Events.message)
}

/** No run tells more events. */
const last = 999_999_999n

/** What the caller may see of it. */
const seeing = <A, B, E, R>(
  ask: (what: A, permitted: Permission.Connections) => Effect.Effect<B, E, R>,
  what: A
) => Effect.flatMap(Caller.permitted, permitted => ask(what, permitted))

/** To the end of the run, of the token, or of the server. */
const followed = (id: string, after: number) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { begun } = yield* Closing
      const { revoked } = yield* Identity
      const caller = yield* Caller.Caller
      const events = yield* Watch.follow(id, after, caller.connections)
      return Stream.interruptWhen(events, Effect.raceFirst(begun, revoked(caller)))
    })
  )

const run = Json.message(Generated.RunSchema)

/** What is asked for, as an order; planning it needs no more than reading. */
const order = (request: Generated.RunRequest) =>
  Effect.flatMap(Json.shape(Generated.RunRequestSchema, RunRequest.RunRequest)(request), RunRequest.toOrder)

const permitted = (wanted: Order) =>
  Effect.flatMap(Target.connections(wanted), touched =>
    Caller.need(scopeOf(wanted._tag === "Up" ? "up" : "down"), touched)
  )

/** Begins a run, when the caller may do what it does. */
const started = (wanted: Order) =>
  Effect.zipRight(Effect.zipRight(permitted(wanted), PlanMemory.ascertain(wanted)), begun(wanted))

const begun = (wanted: Order) =>
  Effect.map(
    Effect.flatMap(Carry.begin(wanted), handle => handle.run),
    run
  )

const scopeOf = (direction: Run["direction"]) => (direction === "up" ? "migrate" : "rollback")

/** Ending a run takes what beginning it takes. */
const may = <E, R>(found: Effect.Effect<Run, E, R>) =>
  Effect.flatMap(found, ({ direction }) => Caller.need(scopeOf(direction)))
