import { status } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BfmError } from "../../domain/Errors.ts"
import type { DownRequest } from "../../domain/Request.ts"
import * as Result from "../../pipeline/execute/Result.ts"
import * as Planning from "../../pipeline/plan/Planning.ts"
import type { Order } from "../../pipeline/runs/ActiveRun.ts"
import * as Down from "../wire/MigrateDownRequest.ts"
import * as One from "../wire/MigrateRequest.ts"
import * as MigrateResponse from "../wire/MigrateResponse.ts"
import * as Up from "../wire/MigrateUpRequest.ts"
import * as Target from "../wire/MigrationTarget.ts"
import * as Rollback from "../wire/RollbackRequest.ts"
import * as RollbackResponse from "../wire/RollbackResponse.ts"
import type { Handlers } from "./Adapter.ts"
import * as Caller from "./Caller.ts"
import * as Carry from "./Carry.ts"
import { type CallError, Refused } from "./Details.ts"
import * as Generated from "./generated/migration_pb.ts"
import * as Json from "./Json.ts"
import type { Needs } from "./Needs.ts"
import * as Progress from "./Progress.ts"

type Methods = "migrate" | "streamMigrate" | "migrateUp" | "migrateDown" | "rollbackMigration"

/** Runs that last as long as their call. */
export const handlers: Handlers<typeof Generated.MigrationService, CallError, Needs, Methods> = {
  migrate: request => Effect.flatMap(one(request), answer),
  streamMigrate: request => Stream.flatMap(Stream.fromEffect(one(request)), told),
  migrateUp: request => Effect.flatMap(many(request), answer),
  migrateDown: request => Effect.flatMap(down(request), answer),
  rollbackMigration: request => Effect.flatMap(rollback(request), taken)
}

/** What is asked for, and whether it is only to be said. */
interface Asked {
  readonly order: Order
  readonly dryRun: boolean
}

const one = (request: Generated.MigrateRequest) =>
  Json.shape(
    Generated.MigrateRequestSchema,
    One.MigrateRequest
  )(request).pipe(
    Effect.tap(named),
    Effect.map((asked): Asked => ({ order: Carry.up(One.toUp(asked)), dryRun: asked.dry_run === true }))
  )

const many = (request: Generated.MigrateUpRequest) =>
  Json.shape(
    Generated.MigrateUpRequestSchema,
    Up.MigrateUpRequest
  )(request).pipe(
    Effect.tap(named),
    Effect.map((asked): Asked => ({ order: Carry.up(Up.toUp(asked)), dryRun: asked.dry_run === true }))
  )

const down = (request: Generated.MigrateDownRequest) =>
  Effect.map(
    Json.shape(Generated.MigrateDownRequestSchema, Down.MigrateDownRequest)(request),
    (asked): Asked => ({ order: Carry.down(Down.toDown(asked)), dryRun: asked.dry_run === true })
  )

/** Whoever names a connection means one that there is, and must be allowed to touch it, also where there is nothing to do. */
const named = ({ target, connection }: Pick<Up.MigrateUpRequest, "target" | "connection">) => {
  const connections = Target.connections(target, connection)
  return Effect.zipRight(Caller.need("migrate", connections), Planning.configured(connections))
}

const answer = Effect.fnUntraced(function* ({ order, dryRun }: Asked) {
  const response = Json.message(Generated.MigrateResponseSchema)
  if (dryRun) return response(MigrateResponse.fromDryRun(Result.dryRun(yield* Carry.plan(order))))
  const queued = yield* Carry.queued(order)
  if (Option.isSome(queued)) return response(MigrateResponse.fromQueued(queued.value))
  const result = yield* Carry.result(order)
  return response(order._tag === "Up" ? MigrateResponse.fromUp(result) : MigrateResponse.fromDown(result))
})

const told = ({ order, dryRun }: Asked): Stream.Stream<Progress.Progress, BfmError, Needs> =>
  dryRun ? Stream.mapConcat(Carry.plan(order), Progress.dryly) : Progress.of(order)

const rollback = (request: Generated.RollbackMigrationRequest) =>
  Effect.map(Json.shape(Generated.RollbackMigrationRequestSchema, Rollback.RollbackRequest)(request), asked =>
    Rollback.toDown(request.migrationId, asked)
  )

/** That there is nothing to take back is an error here: clients of every version know it as one. */
const taken = Effect.fnUntraced(function* (request: DownRequest) {
  const order = Carry.down(request)
  const response = Json.message(Generated.RollbackResponseSchema)
  const queued = yield* Carry.queued(order)
  if (Option.isSome(queued)) return response(RollbackResponse.fromQueued(queued.value))
  const answer = RollbackResponse.fromResult(yield* Carry.result(order))
  if (answer.message !== RollbackResponse.nothing) return response(answer)
  const details = `migration is not applied: ${request.id}`
  return yield* new Refused({ code: status.FAILED_PRECONDITION, details })
})
