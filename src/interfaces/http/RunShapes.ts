import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"
import { Plan } from "../../domain/Plan.ts"
import { Run, RunResult } from "../../domain/Run.ts"
import { RunDetail } from "../wire/RunDetail.ts"

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

/** A run, as routes tell of it. */
export const OneRun = Run.annotations({ identifier: "Run", examples: [example] })

/** The same with what was asked for and its plan. */
export const OneDetail = RunDetail.annotations({
  examples: [{ ...example, request: { direction: "up", target: { connections: ["core"] } } }]
})

/** What it came to. */
export const OneResult = RunResult.annotations({
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

/** A page of runs. */
export const RunList = Schema.Struct({
  items: Schema.Array(OneRun),
  total: Schema.Int,
  next: Schema.optional(Schema.String)
}).annotations({ identifier: "RunListResponse", examples: [{ items: [example], total: 1 }] })

/** What would run. */
export const OnePlan = Plan.annotations({
  identifier: "Plan",
  examples: [{ hash: "0a1b2c3d", direction: "up", steps: [], skipped: [], waiting: [] }]
})

/** Server-sent events: `event` is the kind, `data` one JSON value, `id` the number of the event. */
export const Events = Schema.String.pipe(
  HttpApiSchema.withEncoding({ kind: "Text", contentType: "text/event-stream" })
).annotations({
  identifier: "RunEvents",
  examples: [
    'id: 3\nevent: StepSucceeded\ndata: {"_tag":"StepSucceeded","id":"…","position":1,"duration_ms":4}\n\n'
  ]
})

/** The run that a route is about. */
export const RunId = Schema.Struct({
  id: Schema.String.annotations({ description: "the id of a run", examples: [example.id] })
})

/** From where on whoever listens again wants to hear. */
export const LastEvent = Schema.Struct({
  "last-event-id": Schema.optional(
    Schema.String.annotations({
      description: "the number of the last event that was received",
      examples: ["3"]
    })
  )
})
