import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Catalog from "../../domain/Catalog.ts"
import type { Migration } from "../../domain/Migration.ts"
import { distinct } from "../../domain/source/Duplicate.ts"
import type { Sourced } from "../../domain/source/Scripts.ts"
import { Registry } from "../../ports/Registry.ts"

/** The migrations that an application imports: `registry` of the index that `bfm build` wrote, or its own list. */
export const fromModules = (migrations: ReadonlyArray<Migration>, source = "registry"): Registry["Type"] => {
  const { kept, problems } = distinct(migrations, ({ up }) => up.path)
  const catalog = Catalog.make(kept, [...problems, ...kept.flatMap(problemsOf)])
  return { source, load: Effect.succeed(catalog) }
}

/** What the migrations' own sources have against them, where they came from sources. */
const problemsOf = (migration: Migration & Partial<Sourced>): ReadonlyArray<Catalog.SourceProblem> =>
  migration.problems ?? []

/** Source of migrations for an application that has no SFM directory at run time. */
export const layerModules = (migrations: ReadonlyArray<Migration>, source?: string): Layer.Layer<Registry> =>
  Layer.sync(Registry, () => fromModules(migrations, source))
