import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { SourceProblem } from "../../domain/Catalog.ts"
import { StatusReport } from "../../domain/Status.ts"
import { Standing, TenantsReport } from "../../domain/Tenants.ts"
import { ValidationReport } from "../../domain/Validation.ts"
import { Read } from "./Access.ts"
import * as Paging from "./Paging.ts"
import * as Problem from "./Problem.ts"

const names = (description: string) =>
  Schema.optional(Schema.Array(Schema.String).annotations({ description }))

const connection = names("only these connections")

const Status = StatusReport.annotations({
  identifier: "StatusReport",
  examples: [{ items: [], total: 0, connections: [], warnings: [] }]
})

const Tenants = Schema.Struct({ ...TenantsReport.fields, next: Schema.optional(Schema.String) }).annotations({
  identifier: "TenantListResponse",
  examples: [{ items: [], total: 0, connections: [], causes: [], warnings: [] }]
})

const Validation = ValidationReport.annotations({
  identifier: "ValidationReport",
  examples: [{ valid: true, items: [], total: 0 }]
})

const Sources = Schema.Struct({
  problems: Schema.Array(SourceProblem),
  /** How many migrations could be read. */
  total: Schema.Int
}).annotations({
  identifier: "SourcesReport",
  examples: [
    {
      problems: [
        {
          path: "postgresql/core/2025_x.up.sql",
          reason: "version must be 14 digits (YYYYMMDDHHMMSS)"
        }
      ],
      total: 12
    }
  ]
})

const summary = (text: string) => OpenApi.annotations({ summary: text })

/** What the command line shows, read from the ledgers at the moment of asking. */
export const ReportsApi = HttpApiGroup.make("reports")
  .add(
    HttpApiEndpoint.get("status", "/api/v1/status")
      .annotateContext(summary("What is applied and what is pending, as `bfm status` shows it"))
      .setUrlParams(
        Schema.Struct({
          connection,
          schema: names("only these schemas: names, patterns like tenant_*, or all tenants")
        })
      )
      .addSuccess(Status)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("tenants", "/api/v1/tenants")
      .annotateContext(summary("The tenants: who is at head, who is behind, who failed and why"))
      .setUrlParams(
        Schema.Struct({
          connection,
          standing: Schema.optional(Standing.annotations({ description: "only tenants that stand so" })),
          limit: Paging.limit(100, Paging.most),
          cursor: Paging.cursor
        })
      )
      .addSuccess(Tenants)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("validate", "/api/v1/validate")
      .annotateContext(summary("Whether applied migrations still say what was applied"))
      .setUrlParams(Schema.Struct({ connection, id: names("only these, in any accepted spelling") }))
      .addSuccess(Validation)
      .addError(Problem.notFound)
      .addError(Problem.conflict)
      .addError(Problem.unplannable)
      .addError(Problem.unavailable)
      .middleware(Read)
  )
  .add(
    HttpApiEndpoint.get("sources", "/api/v1/sources")
      .annotateContext(summary("What is wrong with the sources; nothing is run while anything is"))
      .addSuccess(Sources)
      .middleware(Read)
  )
  .addError(Problem.badRequest)
