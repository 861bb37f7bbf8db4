import * as Either from "effect/Either"
import * as Catalog from "../../domain/Catalog.ts"
import { MigrationAmbiguous, MigrationNotFound } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Placement from "./Placement.ts"
import * as Problem from "./Problem.ts"
import type { World } from "./World.ts"

/** A migration that was asked for by one of its spellings. */
export interface Found {
  readonly migration: Migration
  /** The schema, where the spelling contained one. */
  readonly schema: string | undefined
}

/** What looking up needs, put in order once for any number of questions. */
export interface Index {
  readonly world: World
  readonly byVersion: ReadonlyMap<string, ReadonlyArray<Migration>>
  /** The schemas in which a migration is known to be, by canonical id. */
  readonly places: ReadonlyMap<string, ReadonlySet<string>>
}

/** `elsewhere`: further places, that the ledgers do not know. */
export const index = (
  world: World,
  elsewhere: Iterable<readonly [id: string, schema: string]> = []
): Index => {
  const byVersion = new Map<string, Array<Migration>>()
  for (const migration of world.catalog.migrations) {
    const known = byVersion.get(migration.version)
    if (known === undefined) byVersion.set(migration.version, [migration])
    else known.push(migration)
  }
  const places = new Map<string, Set<string>>()
  const add = (id: string, schema: string) => {
    const known = places.get(id)
    if (known === undefined) places.set(id, new Set([schema]))
    else known.add(schema)
  }
  for (const { groups } of world.inspections.values()) {
    for (const { mark, schemas } of groups) {
      for (const schema of schemas) add(mark.migrationId, schema)
    }
  }
  for (const [id, schema] of elsewhere) add(id, schema)
  return { world, byVersion, places }
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
): Either.Either<Found, MigrationNotFound | MigrationAmbiguous> => findIn(index(world), id, schemas)

export const findIn = (
  { world, byVersion, places }: Index,
  id: string,
  schemas: ReadonlyArray<string> = []
): Either.Either<Found, MigrationNotFound | MigrationAmbiguous> => {
  // A canonical id is what every list shows: it means its migration, whatever others are called.
  const exact = world.catalog.byId.get(id)
  if (exact !== undefined) return Either.right({ migration: exact, schema: undefined })
  const found = new Map<string, Found>()
  // Every spelling contains the version: most migrations are ruled out without writing their ids.
  for (const migration of versions(id).flatMap(version => byVersion.get(version) ?? [])) {
    if (Catalog.spellings(migration, []).includes(id)) {
      found.set(canonical(migration), { migration, schema: undefined })
      continue
    }
    const home = Placement.home(migration, world.connections.get(migration.connection))
    const known = new Set([
      ...(home === undefined ? [] : [home]),
      ...schemas,
      ...(places.get(canonical(migration)) ?? [])
    ])
    for (const schema of known) {
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

/** Everything in it that could be a version, each once. */
const versions = (id: string): ReadonlyArray<string> => [
  ...new Set([...id.matchAll(/(?=(\d{14}))/g)].map(([, digits]) => digits ?? ""))
]

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
