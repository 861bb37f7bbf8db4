import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import * as Backend from "../../domain/Backend.ts"
import { Applied } from "../wire/Applied.ts"
import { Execution } from "../wire/Execution.ts"
import { HistoryItem } from "../wire/HistoryItem.ts"
import { MigrationDetail } from "../wire/MigrationDetail.ts"
import { MigrationItem } from "../wire/MigrationItem.ts"
import { MigrationStatus } from "../wire/MigrationStatus.ts"
import { Neighbourhood } from "../wire/Neighbourhood.ts"
import { OrderBatchRequest, OrderBatchResponse } from "../wire/OrderBatch.ts"
import { ReindexResponse } from "../wire/ReindexResponse.ts"
import { Skipped } from "../wire/Skipped.ts"
import { Migrate, Read } from "./Access.ts"
import * as Paging from "./Paging.ts"
import * as Problem from "./Problem.ts"

const id = "20250101120000_create_users_postgresql_core"

/** Any accepted spelling, percent-encoded. */
export const Id = Schema.Struct({
  id: Schema.String.annotations({
    description: "the id of a migration in any accepted spelling, percent-encoded",
    examples: [id]
  })
})

const word = (description: string) => Schema.optional(Schema.String.annotations({ description }))

const MigrationList = Schema.Struct({
  items: Schema.Array(MigrationItem),
  total: Schema.Int,
  /** Present when there is more: the `cursor` of the next page. */
  next: Schema.optional(Schema.String),
  /** What could not be found out. */
  warnings: Schema.optional(Schema.Array(Schema.String))
}).annotations({
  identifier: "MigrationListResponse",
  examples: [{ items: [], total: 0 }]
})

const History = Schema.Struct({
  migration_id: Schema.String,
  history: Schema.Array(HistoryItem),
  next: Schema.optional(Schema.String)
}).annotations({
  identifier: "MigrationHistoryResponse",
  examples: [{ migration_id: id, history: [] }]
})

const Executions = Schema.Struct({
  migration_id: Schema.String,
  executions: Schema.Array(Execution)
}).annotations({
  identifier: "MigrationExecutionsResponse",
  examples: [{ migration_id: id, executions: [] }]
})

const RecentExecutions = Schema.Struct({ executions: Schema.Array(Execution) }).annotations({
  identifier: "RecentExecutionsResponse",
  examples: [{ executions: [] }]
})

const SkippedOf = Schema.Struct({ migration_id: Schema.String, skipped: Schema.Array(Skipped) }).annotations({
  identifier: "MigrationSkippedResponse",
  examples: [{ migration_id: id, skipped: [] }]
})

const RecentSkipped = Schema.Struct({ skipped: Schema.Array(Skipped) }).annotations({
  identifier: "RecentSkippedResponse",
  examples: [{ skipped: [] }]
})

const summary = (text: string) => OpenApi.annotations({ summary: text })

/** What is known of migrations. */
export const MigrationsApi = HttpApiGroup.make("migrations")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/migrations")
      .annotateContext(summary("Every known migration in every schema, with its status"))
      .setUrlParams(
        Schema.Struct({
          schema: word("only this schema, or those that a pattern like tenant_* means"),
          table: word("exactly this table"),
          connection: word("exactly this connection"),
          backend: word(Backend.words),
          status: word("exactly this status"),
          version: word("exactly this version"),
          tag: Schema.optional(
            Schema.Array(Schema.String).annotations({ description: "`key=value`; all of them" })
          ),
          limit: Paging.limit(Paging.most, Paging.most),
          cursor: Paging.cursor
        })
      )
      .addSuccess(MigrationList)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("recentExecutions", "/api/v1/migrations/executions/recent")
      .annotateContext(summary("What was executed last"))
      .setUrlParams(Schema.Struct({ limit: Paging.lenientLimit(10) }))
      .addSuccess(RecentExecutions)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("recentSkipped", "/api/v1/migrations/skipped/recent")
      .annotateContext(summary("What was asked for last and had been applied already"))
      .setUrlParams(Schema.Struct({ limit: Paging.lenientLimit(5) }))
      .addSuccess(RecentSkipped)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("detail", "/api/v1/migrations/:id")
      .annotateContext(summary("Everything that is known of one migration"))
      .setPath(Id)
      .addSuccess(MigrationDetail)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("neighbours", "/api/v1/migrations/:id/dependencies")
      .annotateContext(summary("What one migration depends on and what depends on it, however far"))
      .setPath(Id)
      .addSuccess(Neighbourhood)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("status", "/api/v1/migrations/:id/status")
      .annotateContext(summary("How one migration stands; an unknown one is pending"))
      .setPath(Id)
      .addSuccess(MigrationStatus)
      .addError(Problem.conflict)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("applied", "/api/v1/migrations/:id/applied")
      .annotateContext(summary("Whether one migration is applied; an unknown one is not"))
      .setPath(Id)
      .addSuccess(Applied)
      .addError(Problem.conflict)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("history", "/api/v1/migrations/:id/history")
      .annotateContext(summary("What happened to one migration, newest first"))
      .setPath(Id)
      .setUrlParams(Schema.Struct({ limit: Paging.limit(1_000, 1_000), cursor: Paging.cursor }))
      .addSuccess(History)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("executions", "/api/v1/migrations/:id/executions")
      .annotateContext(summary("The latest word on one migration, schema by schema"))
      .setPath(Id)
      .setUrlParams(Schema.Struct({ limit: Paging.lenientLimit(1_000) }))
      .addSuccess(Executions)
      .addError(Problem.conflict)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("skipped", "/api/v1/migrations/:id/skipped")
      .annotateContext(summary("When one migration was asked for and had been applied already"))
      .setPath(Id)
      .setUrlParams(Schema.Struct({ limit: Paging.lenientLimit(5) }))
      .addSuccess(SkippedOf)
      .addError(Problem.conflict)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.post("orderBatch", "/api/v1/migrations/order-batch")
      .annotateContext(summary("The order in which the given migrations would have to run"))
      .setPayload(OrderBatchRequest)
      .addSuccess(OrderBatchResponse)
      .addError(Problem.conflict)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.post("reindex", "/api/v1/migrations/reindex")
      .annotateContext(
        summary("Reads the sources again and tells the state what the ledgers say; deletes nothing")
      )
      .addSuccess(ReindexResponse)
      .addError(Problem.unavailable)
      .middleware(Migrate)
  )
  .addError(Problem.badRequest)
