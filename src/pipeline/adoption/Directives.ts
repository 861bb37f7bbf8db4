import * as Either from "effect/Either"
import { type Dependency, renderRequirement } from "../../domain/Dependency.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Insertion from "../../domain/source/Insertion.ts"
import * as Metadata from "../../domain/source/Metadata.ts"
import * as Scripts from "../../domain/source/Scripts.ts"
import * as References from "../plan/References.ts"

/** What is to be written into one file, and what cannot be. */
export interface Edit {
  readonly additions: Insertion.Additions
  /** Directives that say something else, or that cannot be written. */
  readonly conflicts: ReadonlyArray<string>
}

/** What a file lacks of what is declared; it is not touched where it says something else. */
export const edit = (
  migration: Migration,
  declared: ReadonlyMap<Metadata.Key, ReadonlyArray<string>>,
  references: References.References
): Edit => {
  const { backend, up } = migration
  const { metadata } = Scripts.read({ backend, up: up.text })
  const wanted = new Map<Metadata.Key, ReadonlyArray<string>>()
  const conflicts: Array<string> = []
  for (const [key, values] of declared) {
    const [problem] = Metadata.read(backend, [{ key, label: `bfm-${key}`, values }]).problems
    if (problem !== undefined) conflicts.push(problem.reason)
    else {
      const verdict = compare(migration, metadata, key, values, references)
      if (verdict === "lacking") wanted.set(key, values)
      if (verdict === "other")
        conflicts.push(`it says another bfm-${key}; by the Go BfM: ${values.join(", ")}`)
    }
  }
  if (wanted.size === 0) return { additions: wanted, conflicts }
  return Either.match(Insertion.insert(backend, up.text, wanted), {
    onLeft: reason => ({ additions: new Map(), conflicts: [...conflicts, reason] }),
    onRight: () => ({ additions: wanted, conflicts })
  })
}

type Verdict = "said" | "lacking" | "other"

const compare = (
  migration: Migration,
  said: Metadata.Metadata,
  key: Metadata.Key,
  values: ReadonlyArray<string>,
  references: References.References
): Verdict => {
  const { metadata } = Metadata.read(migration.backend, [{ key, label: key, values }])
  switch (key) {
    case "schema":
      if (said.schema._tag === "Unspecified") return "lacking"
      return JSON.stringify(said.schema) === JSON.stringify(metadata.schema) ? "said" : "other"
    case "table":
      if (said.table === undefined) return "lacking"
      return said.table === metadata.table ? "said" : "other"
    case "tags":
      return contains(Object.entries(said.tags).map(String), Object.entries(metadata.tags).map(String))
    case "requires":
      return contains(said.requires.map(renderRequirement), metadata.requires.map(renderRequirement))
    case "depends-on": {
      const meant = (dependency: Dependency): ReadonlyArray<string> =>
        References.resolve(references, migration, dependency).map(canonical)
      return contains(said.dependsOn.flatMap(meant), metadata.dependsOn.flatMap(meant))
    }
    // The Go BfM had nothing of the kind.
    case "transaction":
    case "lock-timeout":
    case "statement-timeout":
      return "said"
  }
}

/** More than is wanted may be said: somebody added it since. */
const contains = (said: ReadonlyArray<string>, wanted: ReadonlyArray<string>): Verdict => {
  if (wanted.every(item => said.includes(item))) return "said"
  return said.length === 0 ? "lacking" : "other"
}
