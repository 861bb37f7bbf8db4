import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import * as Detail from "../../pipeline/report/Detail.ts"
import * as Latest from "../../pipeline/report/Latest.ts"
import * as List from "../../pipeline/report/List.ts"
import * as OrderBatch from "../../pipeline/report/OrderBatch.ts"
import * as Execution from "../wire/Execution.ts"
import * as HistoryItem from "../wire/HistoryItem.ts"
import * as MigrationDetail from "../wire/MigrationDetail.ts"
import * as MigrationItem from "../wire/MigrationItem.ts"
import * as MigrationStatus from "../wire/MigrationStatus.ts"
import { given } from "../wire/Optional.ts"
import * as Skipped from "../wire/Skipped.ts"
import type { Handlers } from "./Adapter.ts"
import * as Caller from "./Caller.ts"
import type { CallError } from "./Details.ts"
import * as Generated from "./generated/migration_pb.ts"
import * as Json from "./Json.ts"
import type { Needs } from "./Needs.ts"
import * as Paging from "./Paging.ts"

type Methods =
  | "listMigrations"
  | "getMigration"
  | "getMigrationStatus"
  | "isMigrationApplied"
  | "getMigrationHistory"
  | "listHistory"
  | "listExecutions"
  | "listSkipped"
  | "orderMigrations"

/** What is known of migrations. */
export const handlers: Handlers<typeof Generated.MigrationService, CallError, Needs, Methods> = {
  listMigrations: request => Effect.map(list(request), Json.message(Generated.ListMigrationsResponseSchema)),
  getMigration: ({ migrationId }) =>
    Effect.map(seen(migrationId), ({ item, migration }) =>
      Json.message(Generated.MigrationDetailResponseSchema)(MigrationDetail.fromItem(item, migration))
    ),
  getMigrationStatus: ({ migrationId }) =>
    Effect.map(seenIfKnown(migrationId), item =>
      Json.message(Generated.MigrationStatusResponseSchema)(MigrationStatus.fromItem(migrationId, item))
    ),
  isMigrationApplied: ({ migrationId }) =>
    Effect.map(seenIfKnown(migrationId), item => ({ applied: item?.applied ?? false })),
  getMigrationHistory: request =>
    Effect.map(history(request), Json.message(Generated.MigrationHistoryResponseSchema)),
  listHistory: request => Effect.map(everything(request), Json.message(Generated.ListHistoryResponseSchema)),
  listExecutions: request =>
    Effect.map(executions(request), Json.message(Generated.ListExecutionsResponseSchema)),
  listSkipped: request => Effect.map(skipped(request), Json.message(Generated.ListSkippedResponseSchema)),
  orderMigrations: ({ migrationIds, connection }) =>
    Effect.map(
      Effect.zipRight(Caller.need("read", [connection]), OrderBatch.order({ ids: migrationIds, connection })),
      ordered => ({ orderedMigrationIds: [...ordered] })
    )
}

/** Clients of every version expect all migrations, or as good as all. */
const usual = Paging.most.migrations

/** One migration that the caller may see. */
const seen = Effect.fnUntraced(function* (id: string) {
  if (id === "") return yield* new RequestInvalid({ problems: ["migration_id: is missing"] })
  const detail = yield* Detail.of(id)
  yield* Caller.need("read", [detail.item.connection])
  return detail
})

/** The same where an unknown one is no error. */
const seenIfKnown = (id: string) =>
  seen(id).pipe(
    Effect.map(({ item }) => item),
    Effect.catchTags({ MigrationNotFound: () => Effect.succeed(undefined) })
  )

const list = Effect.fnUntraced(function* (request: Generated.ListMigrationsRequest) {
  const filter: List.Filter = {
    schema: given(request.schema),
    table: given(request.table),
    connection: given(request.connection),
    backend: given(request.backend),
    status: given(request.status),
    version: given(request.version),
    tags: request.tags,
    permitted: yield* Caller.permitted
  }
  const { items, ...rest } = yield* List.of(filter, Paging.of(request, usual, usual))
  return { ...rest, items: items.map(({ item, migration }) => MigrationItem.fromItem(item, migration)) }
})

const history = Effect.fnUntraced(function* (request: Generated.GetMigrationHistoryRequest) {
  yield* seenIfKnown(request.migrationId)
  const page = { ...Paging.of(request, 1_000), permitted: yield* Caller.permitted }
  const { items, ...rest } = yield* Latest.historyOf(request.migrationId, page)
  return { ...rest, migration_id: request.migrationId, history: items.map(HistoryItem.fromItem) }
})

const everything = Effect.fnUntraced(function* (request: Generated.ListHistoryRequest) {
  const page = { ...Paging.of(request, 100), permitted: yield* Caller.permitted }
  const { items, ...rest } = yield* Latest.history(undefined, page)
  return { ...rest, items: items.map(HistoryItem.fromItem) }
})

const executions = Effect.fnUntraced(function* ({ migrationId, limit }: Generated.ListExecutionsRequest) {
  const query = { limit: Paging.count(limit, 10), permitted: yield* Caller.permitted }
  const found = yield* migrationId === "" ? Latest.executions(query) : Latest.executionsOf(migrationId, query)
  return { migration_id: migrationId, executions: found.map(Execution.fromExecution) }
})

const skipped = Effect.fnUntraced(function* ({ migrationId, limit }: Generated.ListSkippedRequest) {
  const query = { limit: Paging.count(limit, 5), permitted: yield* Caller.permitted }
  const found = yield* migrationId === "" ? Latest.skips(query) : Latest.skipsOf(migrationId, query)
  return { migration_id: migrationId, skipped: found.map(Skipped.fromSkip) }
})
