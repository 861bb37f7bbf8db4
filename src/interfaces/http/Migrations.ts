import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { canonical } from "../../domain/Identity.ts"
import * as Detail from "../../pipeline/report/Detail.ts"
import * as Latest from "../../pipeline/report/Latest.ts"
import * as List from "../../pipeline/report/List.ts"
import * as Neighbours from "../../pipeline/report/Neighbours.ts"
import * as OrderBatch from "../../pipeline/report/OrderBatch.ts"
import * as Reindex from "../../pipeline/report/Reindex.ts"
import { Snapshot } from "../../pipeline/report/Snapshot.ts"
import * as Execution from "../wire/Execution.ts"
import * as HistoryItem from "../wire/HistoryItem.ts"
import * as MigrationDetail from "../wire/MigrationDetail.ts"
import * as MigrationItem from "../wire/MigrationItem.ts"
import * as MigrationStatus from "../wire/MigrationStatus.ts"
import * as Skipped from "../wire/Skipped.ts"
import { Caller } from "./Access.ts"
import { Api } from "./Api.ts"
import { permit } from "./Begin.ts"
import * as Given from "./Given.ts"
import * as Paging from "./Paging.ts"

/** One migration that the caller may see. */
const seen = (id: string) => Effect.tap(Detail.of(id), ({ item }) => permit("read", [item.connection]))

/** The same where an unknown one is no error. */
const seenIfKnown = (id: string) =>
  Effect.catchAll(
    Effect.map(seen(id), ({ item }) => item),
    error => (error._tag === "MigrationNotFound" ? Effect.succeed(undefined) : Effect.fail(error))
  )

/** How one migration stands, as two routes tell it. */
export const status = (id: string) => Effect.map(seenIfKnown(id), item => MigrationStatus.fromItem(id, item))
export const applied = (id: string) =>
  Effect.map(seenIfKnown(id), item => ({ applied: item?.applied ?? false }))

const visible = <A, E, R>(limit: number, ask: (query: Latest.Query) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Caller, ({ connections }) => ask({ limit, permitted: connections }))

export const layer = HttpApiBuilder.group(Api, "migrations", handlers =>
  handlers
    .handle("list", ({ urlParams: { limit, cursor, tag, ...wanted } }) =>
      Effect.gen(function* () {
        const { connections } = yield* Caller
        const filter = { ...Given.all(wanted), tags: tag, permitted: connections }
        const { items, warnings, ...rest } = yield* List.of(
          filter,
          Paging.page({ limit, cursor }, Paging.most)
        )
        return {
          items: items.map(({ item, migration }) => MigrationItem.fromItem(item, migration)),
          ...rest,
          ...(warnings.length === 0 ? {} : { warnings })
        }
      })
    )
    .handle("recentExecutions", ({ urlParams }) =>
      Effect.map(visible(Paging.lenient(urlParams.limit, 10), Latest.executions), found => ({
        executions: found.map(Execution.fromExecution)
      }))
    )
    .handle("recentSkipped", ({ urlParams }) =>
      Effect.map(visible(Paging.lenient(urlParams.limit, 5), Latest.skips), found => ({
        skipped: found.map(Skipped.fromSkip)
      }))
    )
    .handle("detail", ({ path: { id } }) =>
      Effect.map(seen(id), ({ item, migration }) => MigrationDetail.fromItem(item, migration))
    )
    .handle("neighbours", ({ path: { id } }) =>
      Effect.gen(function* () {
        const { item, migration } = yield* seen(id)
        const { connections } = yield* Caller
        const view = yield* (yield* Snapshot).current
        const alone = { nodes: [], edges: [], unknown: [], partial: false }
        const found = migration === undefined ? alone : Neighbours.around(view, migration, connections)
        return { migration_id: migration === undefined ? item.migration_id : canonical(migration), ...found }
      })
    )
    .handle("status", ({ path: { id } }) => status(id))
    .handle("applied", ({ path: { id } }) => applied(id))
    .handle("history", ({ path: { id }, urlParams }) =>
      Effect.gen(function* () {
        yield* seenIfKnown(id)
        const { connections } = yield* Caller
        const page = { ...Paging.page(urlParams, 1_000), permitted: connections }
        const { items, next } = yield* Latest.historyOf(id, page)
        return {
          migration_id: id,
          history: items.map(HistoryItem.fromItem),
          ...(next === undefined ? {} : { next })
        }
      })
    )
    .handle("executions", ({ path: { id }, urlParams }) =>
      Effect.map(
        visible(Paging.lenient(urlParams.limit, 1_000), query => Latest.executionsOf(id, query)),
        found => ({ migration_id: id, executions: found.map(Execution.fromExecution) })
      )
    )
    .handle("skipped", ({ path: { id }, urlParams }) =>
      Effect.map(
        visible(Paging.lenient(urlParams.limit, 5), query => Latest.skipsOf(id, query)),
        found => ({ migration_id: id, skipped: found.map(Skipped.fromSkip) })
      )
    )
    .handle("orderBatch", ({ payload }) =>
      Effect.zipRight(
        permit("read", [payload.connection]),
        Effect.map(
          OrderBatch.order({ ids: payload.migration_ids, connection: payload.connection }),
          ordered => ({ ordered_migration_ids: ordered })
        )
      )
    )
    .handle("reindex", () => Reindex.reindex())
)
