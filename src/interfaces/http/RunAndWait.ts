import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type { BfmError } from "../../domain/Errors.ts"
import type { Plan } from "../../domain/Plan.ts"
import type { DownRequest, RunOptions, UpRequest } from "../../domain/Request.ts"
import * as Permission from "../../pipeline/execute/Permission.ts"
import * as Result from "../../pipeline/execute/Result.ts"
import * as PlanMemory from "../../pipeline/plan/PlanMemory.ts"
import * as Planning from "../../pipeline/plan/Planning.ts"
import { Runs } from "../../pipeline/runs/Runs.ts"
import { type MigrateDownRequest, toDown } from "../wire/MigrateDownRequest.ts"
import * as MigrateRequest from "../wire/MigrateRequest.ts"
import * as MigrateResponse from "../wire/MigrateResponse.ts"
import * as MigrateUpRequest from "../wire/MigrateUpRequest.ts"
import * as MigrationTarget from "../wire/MigrationTarget.ts"
import * as RollbackRequest from "../wire/RollbackRequest.ts"
import * as RollbackResponse from "../wire/RollbackResponse.ts"
import { Caller } from "./Access.ts"
import { begin, permit } from "./Begin.ts"
import * as Failure from "./Failure.ts"

/** The old routes know no options. */
const options: RunOptions = { concurrency: 1, on_failure: "stop" }

export const migrate = (request: MigrateRequest.MigrateRequest) =>
  apply(request, MigrateRequest.toUp(request), MigrateResponse.tableSpelling)

export const up = (request: MigrateUpRequest.MigrateUpRequest) =>
  apply(request, MigrateUpRequest.toUp(request), () => id => id)

export const down = ({ dry_run, ...request }: MigrateDownRequest) =>
  Effect.gen(function* () {
    if (dry_run === true) {
      const plan = yield* planned(Planning.down(toDown({ ...request, dry_run })))
      return told(MigrateResponse.fromDryRun(Result.dryRun(plan)))
    }
    const run = yield* rollBack(toDown({ ...request, dry_run }))
    if ((yield* Runs).queues) return waiting(MigrateResponse.fromQueued(yield* run.run))
    return told(MigrateResponse.fromDown(yield* run.result), run.id)
  }).pipe(Effect.catchAll(refused(MigrateResponse.fromError)))

export const rollback = (id: string, request: RollbackRequest.RollbackRequest) =>
  Effect.gen(function* () {
    const run = yield* rollBack(RollbackRequest.toDown(id, request))
    if ((yield* Runs).queues) return waiting(RollbackResponse.fromQueued(yield* run.run))
    const body = RollbackResponse.fromResult(yield* run.result)
    return body.message === RollbackResponse.nothing
      ? HttpServerResponse.unsafeJson(
          { ...body, error: body.message, code: "NothingToRollBack" },
          { status: 400 }
        )
      : told(body, run.id)
  }).pipe(Effect.catchAll(refused(RollbackResponse.fromError)))

/** What both ways of applying have in common: who names a connection says which one it means. */
const apply = (
  request: Pick<MigrateUpRequest.MigrateUpRequest, "connection" | "dry_run" | "target">,
  order: UpRequest,
  spelling: (plan: Plan | undefined) => MigrateResponse.Spelling
) =>
  Effect.gen(function* () {
    const named = MigrationTarget.connections(request.target, request.connection)
    yield* permit("migrate", named)
    yield* Planning.configured(named)
    if (request.dry_run === true) {
      const plan = yield* planned(Planning.up(order))
      return told(MigrateResponse.fromDryRun(Result.dryRun(plan), spelling(plan)))
    }
    const run = yield* begin({ _tag: "Up", request: order, options })
    if ((yield* Runs).queues) return waiting(MigrateResponse.fromQueued(yield* run.run))
    const result = yield* run.result
    return told(MigrateResponse.fromUp(result, spelling(result.plan)), run.id)
  }).pipe(Effect.catchAll(refused(MigrateResponse.fromError)))

const rollBack = (request: DownRequest) => begin({ _tag: "Down", request, options })

/** A worker will do it. */
const waiting = (body: { readonly job_id: string }) =>
  HttpServerResponse.unsafeJson(body, { status: 202, headers: { "x-run-id": body.job_id } })

/** A plan that the caller may see. */
export const planned = <E, R>(plan: Effect.Effect<Plan, E, R>) =>
  Effect.tap(plan, found =>
    Effect.zipRight(
      Effect.flatMap(Caller, caller => Permission.within(found, caller.connections)),
      PlanMemory.remember(found)
    )
  )

/** 206 says that steps failed, or did not run. */
const told = (body: { readonly success: boolean }, runId?: string) =>
  HttpServerResponse.unsafeJson(body, {
    status: body.success ? 200 : 206,
    headers: runId === undefined ? {} : { "x-run-id": runId }
  })

/** What could not begin is told in the shape of what has ended, so that whoever reads only that sees it. */
const refused =
  (more: (error: BfmError) => Readonly<Record<string, unknown>>) =>
  (error: BfmError): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
    Effect.succeed(Failure.ofError(error, more(error)))
