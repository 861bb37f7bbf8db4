import * as Effect from "effect/Effect"
import { Health } from "../../pipeline/report/Health.ts"
import * as Reindex from "../../pipeline/report/Reindex.ts"
import { Snapshot } from "../../pipeline/report/Snapshot.ts"
import * as Tenants from "../../pipeline/report/Tenants.ts"
import * as Workers from "../../pipeline/runs/Workers.ts"
import * as HealthResponse from "../wire/HealthResponse.ts"
import type { Handlers } from "./Adapter.ts"
import * as Caller from "./Caller.ts"
import type { CallError } from "./Details.ts"
import * as Generated from "./generated/migration_pb.ts"
import * as Json from "./Json.ts"
import * as Migrate from "./Migrate.ts"
import * as Migrations from "./Migrations.ts"
import type { Needs } from "./Needs.ts"
import * as Paging from "./Paging.ts"
import * as Runs from "./Runs.ts"

/** Every method of the service; those about the service itself stand here. */
export const handlers: Handlers<typeof Generated.MigrationService, CallError, Needs> = {
  ...Migrate.handlers,
  ...Migrations.handlers,
  ...Runs.handlers,
  listTenants: request => Effect.map(tenants(request), Json.message(Generated.ListTenantsResponseSchema)),
  listConnections: () => Effect.map(connections, Json.message(Generated.ListConnectionsResponseSchema)),
  listWorkers: () =>
    Effect.map(Workers.list, items =>
      Json.message(Generated.ListWorkersResponseSchema)({ items, total: items.length })
    ),
  reindexMigrations: () => Effect.map(Reindex.reindex(), Json.message(Generated.ReindexResponseSchema)),
  health: () => Effect.map(health, Json.message(Generated.HealthResponseSchema))
}

const connections = Effect.gen(function* () {
  const { current } = yield* Snapshot
  const permitted = yield* Caller.permitted
  const items = (yield* current).connections.filter(
    ({ connection }) => permitted?.includes(connection) !== false
  )
  return { items, total: items.length }
})

const tenants = Effect.fnUntraced(function* (request: Generated.ListTenantsRequest) {
  const connections = yield* Caller.seen(request.connections)
  const page = Paging.of(request, 100, Paging.most.migrations)
  const report = yield* Tenants.report({ connections })
  return yield* Tenants.page(report, page, request.standing === "" ? undefined : request.standing)
})

const health = Effect.flatMap(Health, ({ report }) =>
  Effect.map(report, found => HealthResponse.fromReport(found))
)
