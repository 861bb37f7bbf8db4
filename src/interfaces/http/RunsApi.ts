import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Plan } from "../../domain/Plan.ts"
import { Run, RunResult } from "../../domain/Run.ts"
import { MigrateDownRequest } from "../wire/MigrateDownRequest.ts"
import { MigrateRequest } from "../wire/MigrateRequest.ts"
import { MigrateResponse } from "../wire/MigrateResponse.ts"
import { MigrateUpRequest } from "../wire/MigrateUpRequest.ts"
import { RollbackRequest } from "../wire/RollbackRequest.ts"
import { RollbackResponse } from "../wire/RollbackResponse.ts"
import { RunDetail } from "../wire/RunDetail.ts"
import { RunRequest } from "../wire/RunRequest.ts"
import { Migrate, Read, RollBack } from "./Access.ts"
import { Id } from "./MigrationsApi.ts"
import * as Paging from "./Paging.ts"
import * as Problem from "./Problem.ts"

const example: Run = {
  id: "01KB1Z3T5Q8S9V0W1X2Y3Z4A5B",
  actor: { name: "ci", method: "api" },
  direction: "up",
  plan_hash: "0a1b2c3d",
  state: "succeeded",
  started_at: 1763802146000,
  finished_at: 1763802147000,
  total: 2,
  pending: 0,
  running: 0,
  succeeded: 2,
  failed: 0,
  skipped: 0,
  not_run: 0
}

const OneRun = Run.annotations({ identifier: "Run", examples: [example] })

const OneDetail = RunDetail.annotations({
  examples: [{ ...example, request: { direction: "up", target: { connections: ["core"] } } }]
})

const OneResult = RunResult.annotations({
  identifier: "RunResult",
  examples: [
    {
      success: true,
      applied: ["20250101120000_create_users_postgresql_core"],
      ...{ skipped: [], errors: [], waiting: [], not_run: [], failures: [], causes: [], warnings: [] },
      run_id: example.id,
      state: "succeeded",
      duration_ms: 120
    }
  ]
})

const RunList = Schema.Struct({
  items: Schema.Array(OneRun),
  total: Schema.Int,
  next: Schema.optional(Schema.String)
}).annotations({ identifier: "RunListResponse", examples: [{ items: [example], total: 1 }] })

const OnePlan = Plan.annotations({
  identifier: "Plan",
  examples: [{ hash: "0a1b2c3d", direction: "up", steps: [], skipped: [], waiting: [] }]
})

/** Server-sent events: `event` is the kind, `data` one JSON value, `id` the number of the event. */
const Events = Schema.String.pipe(
  HttpApiSchema.withEncoding({ kind: "Text", contentType: "text/event-stream" })
).annotations({
  identifier: "RunEvents",
  examples: [
    'id: 3\nevent: StepSucceeded\ndata: {"_tag":"StepSucceeded","id":"…","position":1,"duration_ms":4}\n\n'
  ]
})

const RunId = Schema.Struct({
  id: Schema.String.annotations({ description: "the id of a run", examples: [example.id] })
})

const LastEvent = Schema.Struct({
  "last-event-id": Schema.optional(
    Schema.String.annotations({
      description: "the number of the last event that was received",
      examples: ["3"]
    })
  )
})

/** Steps failed, or did not run. */
const partly = { status: 206 } as const

const summary = (text: string) => OpenApi.annotations({ summary: text })

/** What changes something. */
export const RunsApi = HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.post("migrate", "/api/v1/migrate")
      .annotateContext(summary("Applies what is pending and selected, and waits for it"))
      .setPayload(MigrateRequest)
      .addSuccess(MigrateResponse)
      .addSuccess(MigrateResponse, partly)
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
      .annotateContext(summary("Ends a run after the step in flight"))
      .setPath(RunId)
      .addSuccess(OneRun, { status: 202 })
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("left", "/api/v1/runs/:id/resume")
      .annotateContext(summary("What resuming the run would ask for, so that it can be planned before"))
      .setPath(RunId)
      .addSuccess(RunRequest)
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
