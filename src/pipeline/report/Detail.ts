import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { MigrationAmbiguous, MigrationNotFound } from "../../domain/Errors.ts"
import { canonical, rendered } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Status, StatusItem } from "../../domain/Status.ts"
import * as Find from "../plan/Find.ts"
import * as Placement from "../plan/Placement.ts"
import * as Problem from "../plan/Problem.ts"
import { Snapshot, type View } from "./Snapshot.ts"

/** One migration, in one schema where the id or the sources name one. */
export interface Detail {
  readonly item: StatusItem
  /** Absent when it is no longer among the sources. */
  readonly migration: Migration | undefined
}

/**
 * What is known of a migration that is asked for by any of its spellings, also when another process changed it
 * just now. Asked often: it makes no span.
 */
export const of = (id: string): Effect.Effect<Detail, MigrationAmbiguous | MigrationNotFound, Snapshot> =>
  Effect.flatMap(Snapshot, snapshot =>
    Effect.flatMap(snapshot.current, seen =>
      Either.match(find(seen, id), {
        onLeft: Effect.fail,
        onRight: found =>
          Effect.flatMap(snapshot.about(canonical(found.item)), view =>
            view === seen ? Effect.succeed(found) : find(view, id)
          )
      })
    )
  )

export const find = (view: View, id: string): Either.Either<Detail, MigrationNotFound | MigrationAmbiguous> =>
  Either.match(Find.findIn(view.index, id), {
    onRight: ({ migration, schema }) => Either.right({ migration, item: standing(view, migration, schema) }),
    onLeft: error => {
      const item = error._tag === "MigrationNotFound" ? missing(view, id) : undefined
      return item === undefined ? Either.left(error) : Either.right({ migration: undefined, item })
    }
  })

/** Several schemas have one answer: that of the one that is least done. */
const urgency: ReadonlyArray<Status> = [
  "running",
  "interrupted",
  "failed",
  "changed",
  "rolled_back",
  "pending",
  "missing",
  "applied"
]

/** How a migration stands in a schema; where none is meant, in the one that is least done. */
export const standing = (view: View, migration: Migration, schema: string | undefined): StatusItem => {
  const items = view.byMigration.get(canonical(migration)) ?? []
  const home = Placement.home(migration, view.index.world.connections.get(migration.connection))
  const meant = schema ?? home
  const found =
    meant === undefined
      ? [...items].sort((a, b) => urgency.indexOf(a.status) - urgency.indexOf(b.status))[0]
      : items.find(item => item.schema === meant)
  const pending: StatusItem = {
    migration_id: Problem.shownId(view.index.world, migration, meant ?? ""),
    schema: meant ?? "",
    version: migration.version,
    name: migration.name,
    connection: migration.connection,
    backend: migration.backend,
    applied: false,
    status: "pending"
  }
  const item = found ?? pending
  // Whoever did not name a schema is answered for the migration, and not for the one schema that speaks for all.
  return meant === undefined ? { ...item, migration_id: canonical(migration), schema: "" } : item
}

/** Applied, and no longer among the sources: only the ids under which it is listed are known. */
const missing = (view: View, id: string): StatusItem | undefined =>
  view.items.find(
    item =>
      item.status === "missing" &&
      (item.migration_id === id || rendered(item, item.schema, "") === id || canonical(item) === id)
  )
