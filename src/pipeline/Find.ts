import * as Either from "effect/Either"
import * as Catalog from "../domain/Catalog.ts"
import { MigrationAmbiguous, MigrationNotFound } from "../domain/Errors.ts"
import { canonical } from "../domain/Identity.ts"
import type { Migration } from "../domain/Migration.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import type { World } from "./World.ts"

/** A migration that was asked for by one of its spellings. */
export interface Found {
  readonly migration: Migration
  /** The schema, where the spelling contained one. */
  readonly schema: string | undefined
}

/**
 * Looks an id up among every accepted spelling of every known migration, in every schema in which it is
 * known, applied, or asked for. Nothing is parsed: a spelling that fits two migrations, or one in two schemas, is an
 * error that lists both.
 */
export const find = (
  world: World,
  id: string,
  schemas: ReadonlyArray<string> = []
): Either.Either<Found, MigrationNotFound | MigrationAmbiguous> => {
  // A canonical id is what every list shows: it means its migration, whatever others are called.
  const exact = world.catalog.byId.get(id)
  if (exact !== undefined) return Either.right({ migration: exact, schema: undefined })
  const inLedger = new Map<string, Set<string>>()
  for (const { entries } of world.inspections.values()) {
    for (const { migrationId, schema } of entries) {
      inLedger.set(migrationId, (inLedger.get(migrationId) ?? new Set()).add(schema))
    }
  }
  const found = new Map<string, Found>()
  for (const migration of world.catalog.migrations) {
    // Every spelling contains the version: most migrations are ruled out without writing their ids.
    if (!id.includes(migration.version)) continue
    if (Catalog.spellings(migration, []).includes(id)) {
      found.set(canonical(migration), { migration, schema: undefined })
      continue
    }
    const home = Placement.home(migration, world.connections.get(migration.connection))
    const places = new Set([
      ...(home === undefined ? [] : [home]),
      ...schemas,
      ...(inLedger.get(canonical(migration)) ?? [])
    ])
    for (const schema of places) {
      if (Catalog.spellings(migration, [schema]).includes(id))
        found.set(Problem.shownId(world, migration, schema), { migration, schema })
    }
  }
  const [first] = found.values()
  if (found.size > 1) {
    return Either.left(new MigrationAmbiguous({ id, candidates: [...found.keys()].sort() }))
  }
  return first === undefined
    ? Either.left(new MigrationNotFound({ id, similar: similar(world, id) }))
    : Either.right(first)
}

/** Ids of migrations whose name or version occurs in what was asked for, or the other way round. */
const similar = (world: World, id: string): ReadonlyArray<string> =>
  world.catalog.migrations
    .filter(
      ({ name, version }) =>
        id.length >= 3 &&
        (id.includes(name) || name.includes(id) || id.includes(version) || version.startsWith(id))
    )
    .slice(0, 3)
    .map(migration => Problem.shownId(world, migration, ""))
