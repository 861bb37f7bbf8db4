import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import { Connections } from "../../ports/Connections.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Find from "../plan/Find.ts"
import * as References from "../plan/References.ts"
import * as World from "../plan/World.ts"

export interface Query {
  /** Any accepted spelling; every migration when absent. */
  readonly id?: string
  readonly limit: number
  readonly cursor?: string
}

/** What happened, newest first. Also answers for a migration that is no longer among the sources. */
export const page = Effect.fn("History.page")(function* ({ id, limit, cursor }: Query) {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return yield* new RequestInvalid({ problems: [`limit: ${limit} is not between 1 and 1000`] })
  }
  const state = yield* StateStore
  const more = cursor === undefined ? {} : { cursor }
  if (id === undefined) return yield* state.history({ limit, ...more })
  const known = yield* state.history({ migrationId: id, limit, ...more })
  if (known.items.length > 0) return known
  const { configured } = yield* Connections
  const catalog = yield* World.catalog()
  const world: World.World = {
    catalog,
    connections: configured,
    inspections: new Map(),
    references: References.make(catalog),
    tenants: new Map()
  }
  // Where something failed or was removed, and where something is applied.
  const [events, applied] = yield* Effect.all(
    [state.history({ limit: 1000 }), state.applied([...configured.keys()])],
    { concurrency: "unbounded" }
  )
  const schemas = new Set([
    ...events.items.map(({ schema }) => schema),
    ...applied.flatMap(({ schemas }) => schemas)
  ])
  const found = yield* Find.find(world, id, [...schemas])
  const schema = found.schema === undefined ? {} : { schema: found.schema }
  return yield* state.history({ migrationId: canonical(found.migration), limit, ...schema, ...more })
})

/** What happened last. Whoever only looks makes and upgrades no tables. */
export const recent = Effect.fn("History.recent")(function* (limit: number) {
  const state = yield* StateStore
  if ((yield* state.tables) !== "current") return []
  return (yield* state.history({ limit })).items
})
