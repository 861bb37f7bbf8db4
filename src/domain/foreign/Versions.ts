import * as Either from "effect/Either"
import type { ForeignMigration } from "./Foreign.ts"

const digits = 14

/** How many digits each part of a version gets; the first way in which all of them fit is taken. */
const layouts: ReadonlyArray<ReadonlyArray<number>> = [
  [digits],
  [4, 2, 2, 2, 2, 2],
  [5, 3, 3, 3],
  [8, 6],
  [8, 3, 3]
]

type Versions = ReadonlyArray<string>

/**
 * Versions of 14 digits that sort as the tool does. Where a file was imported before, its version stays; `known`
 * has those by the files' names. Left: which file has no place between two that were imported before.
 */
export const assign = (
  migrations: ReadonlyArray<ForeignMigration>,
  known: ReadonlyMap<string, string>
): Either.Either<Versions, string> => {
  for (const way of [...layouts.map(spread), cutToSeconds, ranks]) {
    const found = way(migrations)
    if (found === undefined) continue
    const versions = migrations.map(({ file }, index) => known.get(file) ?? found[index] ?? "")
    if (ascending(versions) === undefined) return Either.right(versions)
  }
  const ranked = ranks(migrations)
  const versions = migrations.map(({ file }, index) => known.get(file) ?? ranked[index] ?? "")
  const at = ascending(versions) ?? 0
  // One of the two was imported before: the other one lacks a place.
  const late = known.has(migrations[at]?.file ?? "") ? migrations[at - 1] : migrations[at]
  return Either.left(late?.file ?? "")
}

/** The first position at which versions do not ascend. */
const ascending = (versions: Versions): number | undefined => {
  const at = versions.findIndex((version, index) => index > 0 && version <= (versions[index - 1] ?? ""))
  return at === -1 ? undefined : at
}

type Way = (migrations: ReadonlyArray<ForeignMigration>) => Versions | undefined

/** What has no version comes after all that have: they only count on. */
const counting =
  (numbered: (migration: ForeignMigration) => string | undefined): Way =>
  migrations => {
    const found: Array<string> = []
    for (const migration of migrations) {
      const last = found.at(-1) ?? "".padStart(digits, "0")
      const version =
        migration.parts.length > 0 ? numbered(migration) : String(BigInt(last) + 1n).padStart(digits, "0")
      if (version === undefined || version.length > digits) return undefined
      found.push(version)
    }
    return found
  }

const spread = (layout: ReadonlyArray<number>): Way =>
  counting(({ parts }) => {
    const bare = parts.map(part => BigInt(part).toString())
    while (bare.length > 1 && bare.at(-1) === "0") bare.pop()
    const fits = bare.length <= layout.length && bare.every((part, at) => part.length <= (layout[at] ?? 0))
    return fits ? layout.map((width, at) => (bare[at] ?? "").padStart(width, "0")).join("") : undefined
  })

/** A time with milliseconds behind it. */
const cutToSeconds: Way = counting(({ parts: [part = "", ...more] }) =>
  more.length === 0 && /^\d{17}$/.test(part) ? part.slice(0, digits) : undefined
)

/** Only the order is kept; between two of them there is room. */
const ranks = (migrations: ReadonlyArray<ForeignMigration>): Versions =>
  migrations.map((_, index) => String((index + 1) * 10).padStart(digits, "0"))
