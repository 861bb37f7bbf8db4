import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { MigrateDownRequest } from "../wire/MigrateDownRequest.ts"
import { MigrateRequest } from "../wire/MigrateRequest.ts"
import { MigrateResponse } from "../wire/MigrateResponse.ts"
import { MigrateUpRequest } from "../wire/MigrateUpRequest.ts"
import { RollbackRequest } from "../wire/RollbackRequest.ts"
import { RollbackResponse } from "../wire/RollbackResponse.ts"
import { RunRequest, RunUpRequest } from "../wire/RunRequest.ts"
import { Migrate, Read, RollBack } from "./Access.ts"
import { Id } from "./MigrationsApi.ts"
import * as Paging from "./Paging.ts"
import * as Problem from "./Problem.ts"
import { Events, LastEvent, OneDetail, OnePlan, OneResult, OneRun, RunId, RunList } from "./RunShapes.ts"

/** Steps failed, or did not run. */
const partly = { status: 206 } as const

/** With BFM_QUEUE_ENABLED=true: a worker will do it. */
const queued = { status: 202 } as const

const summary = (text: string) => OpenApi.annotations({ summary: text })

/** What changes something. */
export const RunsApi = HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.post("migrate", "/api/v1/migrate")
      .annotateContext(summary("Applies what is pending and selected, and waits for it"))
      .setPayload(MigrateRequest)
      .addSuccess(MigrateResponse)
      .addSuccess(MigrateResponse, partly)
      .addSuccess(MigrateResponse, queued)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Migrate)
  )
  .add(
    HttpApiEndpoint.post("up", "/api/v1/migrations/up")
      .annotateContext(summary("The same for any number of schemas, one after the other"))
      .setPayload(MigrateUpRequest)
      .addSuccess(MigrateResponse)
      .addSuccess(MigrateResponse, partly)
      .addSuccess(MigrateResponse, queued)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Migrate)
  )
  .add(
    HttpApiEndpoint.post("down", "/api/v1/migrations/down")
      .annotateContext(summary("Rolls one migration back, and waits for it"))
      .setPayload(MigrateDownRequest)
      .addSuccess(MigrateResponse)
      .addSuccess(MigrateResponse, partly)
      .addSuccess(MigrateResponse, queued)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(RollBack)
  )
  .add(
    HttpApiEndpoint.post("rollback", "/api/v1/migrations/:id/rollback")
      .annotateContext(summary("The same by its path; the body may be left out"))
      .setPath(Id)
      .setPayload(RollbackRequest)
      .addSuccess(RollbackResponse)
      .addSuccess(RollbackResponse, partly)
      .addSuccess(RollbackResponse, queued)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(RollBack)
  )
  .add(
    HttpApiEndpoint.post("plan", "/api/v1/plan")
      .annotateContext(summary("What a run would do now, step by step with its statements; changes nothing"))
      .setPayload(RunRequest)
      .addSuccess(OnePlan)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.post("rehearse", "/api/v1/rehearse")
      .annotateContext(
        summary("Really executes what a run would, takes everything back, and says what came of it")
      )
      .setPayload(RunUpRequest)
      .addSuccess(OneResult)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Migrate)
  )
  .add(
    HttpApiEndpoint.post("start", "/api/v1/runs")
      .annotateContext(summary("Begins a run and does not wait for it"))
      .setPayload(RunRequest)
      .addSuccess(OneRun, { status: 202 })
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("runs", "/api/v1/runs")
      .annotateContext(summary("Runs, newest first"))
      .setUrlParams(Schema.Struct({ limit: Paging.limit(100, 1_000), cursor: Paging.cursor }))
      .addSuccess(RunList)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("run", "/api/v1/runs/:id")
      .annotateContext(summary("One run as it stands, with what it was asked to do and its plan"))
      .setPath(RunId)
      .addSuccess(OneDetail)
      .addError(Problem.notFound)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("result", "/api/v1/runs/:id/result")
      .annotateContext(
        summary(
          "What a run has come to so far, or altogether when it has ended; for as long as it is remembered"
        )
      )
      .setPath(RunId)
      .addSuccess(OneResult)
      .addError(Problem.notFound)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("events", "/api/v1/runs/:id/events")
      .annotateContext(
        summary("The events of a run, from the first one or from after `Last-Event-ID`, to its end")
      )
      .setPath(RunId)
      .setHeaders(LastEvent)
      .addSuccess(Events)
      .addError(Problem.notFound)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.post("cancel", "/api/v1/runs/:id/cancel")
      .annotateContext(
        summary("Ends a run after the step in flight; with now=true cancels its statement too")
      )
      .setPath(RunId)
      .setUrlParams(Schema.Struct({ now: Schema.optional(Schema.BooleanFromString) }))
      .addSuccess(OneRun, { status: 202 })
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.post("resume", "/api/v1/runs/:id/resume")
      .annotateContext(summary("Begins a run that does what is left of one that did not succeed"))
      .setPath(RunId)
      .addSuccess(OneRun, { status: 202 })
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .addError(Problem.badRequest)
