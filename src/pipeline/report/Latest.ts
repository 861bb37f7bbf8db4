import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { canonical } from "../../domain/Identity.ts"
import { type HistoryQuery, StateStore } from "../../ports/StateStore.ts"
import * as Find from "../plan/Find.ts"
import { Snapshot } from "./Snapshot.ts"

/** The only connections that may be seen, and how many of them. */
export interface Query {
  readonly limit: number
  readonly permitted?: ReadonlyArray<string> | undefined
}

interface Page extends Query, Pick<HistoryQuery, "cursor"> {}

/** The latest word on each migration and schema, newest first. */
export const executions = Effect.fn("Latest.executions")(function* (query: Query) {
  const state = yield* StateStore
  return yield* state.latest({ limit: query.limit, connections: query.permitted })
})

/** The same of one migration; nothing is known of an unknown one. */
export const executionsOf = Effect.fn("Latest.executionsOf")(function* (id: string, query: Query) {
  const { migrationId, schema } = yield* named(id)
  const state = yield* StateStore
  const known = yield* state.latest({ migrationId, limit: query.limit, connections: query.permitted })
  return known.filter(item => schema === undefined || item.schema === schema)
})

/** What was asked for and had been applied already, newest first. */
export const skips = Effect.fn("Latest.skips")(function* (query: Query) {
  const state = yield* StateStore
  return yield* state.skips({ limit: query.limit, connections: query.permitted })
})

export const skipsOf = Effect.fn("Latest.skipsOf")(function* (id: string, query: Query) {
  const { migrationId, schema } = yield* named(id)
  const state = yield* StateStore
  const known = yield* state.skips({ migrationId, limit: query.limit, connections: query.permitted })
  return known.filter(item => schema === undefined || item.schema === schema)
})

/** What happened to one migration, newest first; also to one that is no longer among the sources. */
export const historyOf = Effect.fn("Latest.historyOf")(function* (id: string, { permitted, ...page }: Page) {
  const snapshot = yield* Snapshot
  const { index } = yield* snapshot.current
  const found = Find.findIn(index, id)
  if (Either.isLeft(found) && found.left._tag === "MigrationAmbiguous") return yield* found.left
  if (Either.isLeft(found) && unspeakable(id)) return yield* found.left
  const state = yield* StateStore
  const meant = Either.match(found, {
    onRight: ({ migration, schema }) => ({
      migrationId: canonical(migration),
      ...(schema === undefined ? {} : { schema })
    }),
    onLeft: () => ({ migrationId: id })
  })
  const known = yield* state.history({ ...page, ...meant, connections: permitted })
  if (Either.isLeft(found) && known.items.length === 0 && page.cursor === undefined) return yield* found.left
  return known
})

/** What happened, newest first: to one migration, or to all that may be seen. */
export const history = Effect.fn("Latest.history")(function* (id: string | undefined, page: Page) {
  if (id !== undefined) return yield* historyOf(id, page)
  const { permitted, ...rest } = page
  return yield* (yield* StateStore).history({ ...rest, connections: permitted })
})

/** No id has one, and PostgreSQL refuses to look for it. */
const unspeakable = (id: string): boolean => id.includes("\0")

/** An id that nobody knows may still be one that the state remembers. */
const named = Effect.fnUntraced(function* (id: string) {
  const snapshot = yield* Snapshot
  const { index } = yield* snapshot.current
  return yield* Either.match(Find.findIn(index, id), {
    onRight: ({ migration, schema }) => Effect.succeed({ migrationId: canonical(migration), schema }),
    onLeft: error =>
      error._tag === "MigrationAmbiguous"
        ? Effect.fail(error)
        : Effect.succeed({ migrationId: unspeakable(id) ? "" : id, schema: undefined })
  })
})
