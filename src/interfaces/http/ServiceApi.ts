import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { HistoryItem } from "../../domain/History.ts"
import { ConnectionStatus } from "../../domain/Status.ts"
import { Worker } from "../../domain/Worker.ts"
import { HealthResponse } from "../wire/HealthResponse.ts"
import { WhoAmI } from "../wire/WhoAmI.ts"
import { Read } from "./Access.ts"
import * as Paging from "./Paging.ts"
import * as Problem from "./Problem.ts"

const ConnectionList = Schema.Struct({
  items: Schema.Array(ConnectionStatus),
  total: Schema.Int
}).annotations({
  identifier: "ConnectionListResponse",
  examples: [
    {
      items: [
        {
          connection: "core",
          backend: "postgresql",
          configured: true,
          address: "db1:5432/app",
          counts: { applied: 12, pending: 1 }
        }
      ],
      total: 1
    }
  ]
})

const HistoryPage = Schema.Struct({
  items: Schema.Array(HistoryItem),
  next: Schema.optional(Schema.String)
}).annotations({ identifier: "HistoryPage", examples: [{ items: [] }] })

const Liveness = Schema.Struct({ status: Schema.Literal("alive") }).annotations({
  identifier: "Liveness",
  examples: [{ status: "alive" }]
})

const unhealthy = HealthResponse.annotations(
  HttpApiSchema.annotations({ status: 503, description: "Something that the service stands on is not well." })
)

const text = (contentType: string, identifier: string, example: string) =>
  Schema.String.pipe(HttpApiSchema.withEncoding({ kind: "Text", contentType })).annotations({
    identifier,
    examples: [example]
  })

const Document = Schema.Record({ key: Schema.String, value: Schema.Unknown }).annotations({
  identifier: "OpenApiDocument",
  examples: [{ openapi: "3.1.0" }]
})

const summary = (words: string) => OpenApi.annotations({ summary: words })

const WorkerList = Schema.Struct({
  items: Schema.Array(Worker),
  total: Schema.Int
}).annotations({
  identifier: "WorkerListResponse",
  examples: [
    {
      items: [
        {
          id: "worker-1:12",
          host: "worker-1",
          pid: 12,
          version: "0.1.0",
          since: 1763802146000,
          heartbeat_at: 1763802147000,
          alive: true,
          draining: false,
          capacity: 4,
          runs: ["01KB1Z3T5Q8S9V0W1X2Y3Z4A5B"]
        }
      ],
      total: 1
    }
  ]
})

/** The service itself. */
export const ServiceApi = HttpApiGroup.make("service")
  .add(
    HttpApiEndpoint.get("health", "/health")
      .annotateContext(summary("How the service is, component by component"))
      .addSuccess(HealthResponse)
      .addSuccess(unhealthy)
  )
  .add(
    HttpApiEndpoint.get("apiHealth", "/api/v1/health")
      .annotateContext(summary("The same"))
      .addSuccess(HealthResponse)
      .addSuccess(unhealthy)
  )
  .add(
    HttpApiEndpoint.get("ready", "/health/ready")
      .annotateContext(summary("Whether the service can do its work now"))
      .addSuccess(HealthResponse)
      .addSuccess(unhealthy)
  )
  .add(
    HttpApiEndpoint.get("live", "/health/live")
      .annotateContext(summary("Whether the process answers"))
      .addSuccess(Liveness)
  )
  .add(
    HttpApiEndpoint.get("whoami", "/api/v1/whoami")
      .annotateContext(summary("Whose token it is, and what it may be used for"))
      .addSuccess(WhoAmI)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("connections", "/api/v1/connections")
      .annotateContext(summary("The connections, and how many migrations stand how on each"))
      .addSuccess(ConnectionList)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("workers", "/api/v1/workers")
      .annotateContext(summary("The workers that carry out what is queued"))
      .addSuccess(WorkerList)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("history", "/api/v1/history")
      .annotateContext(summary("What happened, newest first"))
      .setUrlParams(
        Schema.Struct({
          id: Schema.optional(
            Schema.String.annotations({ description: "only this migration, in any accepted spelling" })
          ),
          limit: Paging.limit(100, 1_000),
          cursor: Paging.cursor
        })
      )
      .addSuccess(HistoryPage)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("metrics", "/metrics")
      .annotateContext(summary("Figures of the service, as Prometheus reads them"))
      .addSuccess(text("text/plain; version=0.0.4; charset=utf-8", "Metrics", "bfm_runs_active 0\n"))
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("openapiJson", "/api/v1/openapi.json")
      .annotateContext(summary("This document"))
      .addSuccess(Document)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("openapiYaml", "/api/v1/openapi.yaml")
      .annotateContext(summary("This document as YAML"))
      .addSuccess(text("application/yaml", "OpenApiYaml", "openapi: 3.1.0\n"))
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("docs", "/docs")
      .annotateContext(summary("A page that shows this document and tries it out; it asks for a token"))
      .addSuccess(text("text/html; charset=utf-8", "DocsPage", "<!DOCTYPE html>"))
  )
  .addError(Problem.badRequest)
