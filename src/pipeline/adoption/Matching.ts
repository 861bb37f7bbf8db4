import * as Backend from "../../domain/Backend.ts"
import type { Catalog } from "../../domain/Catalog.ts"
import { canonical, short } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Row } from "../../domain/predecessor/OldState.ts"

/** Which migration of ours a row of the Go BfM speaks of. */
export type Match =
  | {
      readonly _tag: "Found"
      readonly migration: Migration
      /** The schema in which it ran. */
      readonly schema: string
      /** The row tells of its down script: `…_rollback`, `…_down`. */
      readonly undoes: boolean
      /** The id named the schema as part of the file's name, which was the one it ran in. */
      readonly named: boolean
    }
  /** There is no such file. */
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Ambiguous"; readonly migrations: ReadonlyArray<Migration> }
  /** It ran on another connection than the one to which its file belongs. */
  | { readonly _tag: "Elsewhere"; readonly migration: Migration }

/**
 * Ids are never taken apart: what each migration would have been called is held against the id that was
 * written down. An id that fits two migrations is neither.
 */
export const matcher = (catalog: Catalog): ((row: Row) => Match) => {
  const byVersion = new Map<string, Array<Migration>>()
  for (const migration of catalog.migrations) {
    byVersion.set(migration.version, [...(byVersion.get(migration.version) ?? []), migration])
  }
  return row => match(row, byVersion.get(row.version) ?? [])
}

const match = (row: Row, candidates: ReadonlyArray<Migration>): Match => {
  const fitting = candidates.flatMap(migration => {
    const found = fitted(row, migration)
    return found === undefined ? [] : [found]
  })
  const here = fitting.filter(({ migration }) => isOf(row, migration))
  const [first, second] = here
  if (first !== undefined && second !== undefined) {
    return { _tag: "Ambiguous", migrations: here.map(({ migration }) => migration) }
  }
  if (first !== undefined) return first
  const [elsewhere] = fitting
  return elsewhere === undefined ? { _tag: "Unknown" } : { _tag: "Elsewhere", migration: elsewhere.migration }
}

const isOf = (row: Row, migration: Migration): boolean =>
  row.connection === migration.connection && Backend.parse(row.backend) === migration.backend

type Found = Extract<Match, { readonly _tag: "Found" }>

const fitted = (row: Row, migration: Migration): Found | undefined => {
  const whole = schemaOf(row.id, row, migration)
  if (whole !== undefined) return { _tag: "Found", migration, ...whole, undoes: false }
  // Only what takes back is recorded under these.
  if (row.status !== "rolled_back" && row.status !== "failed") return undefined
  const stem = /^(.*)_(?:rollback|down)$/s.exec(row.id)?.[1]
  const undone = stem === undefined ? undefined : schemaOf(stem, row, migration)
  return undone === undefined ? undefined : { _tag: "Found", migration, ...undone, undoes: true }
}

/** Every form that ids had, each with whatever schema in front; `undefined` when none of them is the id. */
const schemaOf = (
  id: string,
  row: Row,
  migration: Migration
): Pick<Found, "schema" | "named"> | undefined => {
  const brief = short(migration)
  // {schema}_{table}_{version}_{name}: what the request said of the schema was recorded beside it and never used.
  const tail = `_${row.table}_${brief}`
  if (row.table !== "" && id.endsWith(tail)) return { schema: id.slice(0, -tail.length), named: true }
  const forms = [canonical(migration), `${migration.connection}_${brief}`]
  const fits = id === brief || forms.some(form => id === form || id.endsWith(`_${form}`))
  return fits ? { schema: row.schema, named: false } : undefined
}
