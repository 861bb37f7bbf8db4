import type { Catalog } from "../../domain/Catalog.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Executed, Happened, Listed, OldState, Row } from "../../domain/predecessor/OldState.ts"
import * as Matching from "./Matching.ts"

/** What the Go BfM wrote of one migration in one schema. */
export interface Place {
  readonly migration: Migration
  readonly schema: string
  /** In the order in which it happened. */
  readonly happened: ReadonlyArray<Event>
  readonly executed: ReadonlyArray<Executed>
}

export interface Event extends Happened {
  /** Its down script ran, or was to. */
  readonly undoes: boolean
}

/** What it wrote of one migration. */
export interface OfMigration {
  readonly migration: Migration
  readonly listed: ReadonlyArray<Listed>
  readonly places: ReadonlyMap<string, Place>
  /** Schemas that were part of the file's name, as before the first release. */
  readonly named: ReadonlySet<string>
  /** Rows that fit it and another migration alike. */
  readonly doubtful: ReadonlyArray<Doubt>
}

export interface Doubt {
  readonly row: Row
  readonly others: ReadonlyArray<Migration>
}

/** Rows that belong to no migration, or to one of another connection. */
export interface Stray {
  readonly row: Row
  /** Absent where there is no such file. */
  readonly migration: Migration | undefined
}

export interface Evidence {
  /** By canonical id. */
  readonly migrations: ReadonlyMap<string, OfMigration>
  readonly strays: ReadonlyArray<Stray>
}

interface Collected extends OfMigration {
  readonly listed: Array<Listed>
  readonly places: Map<
    string,
    Place & { readonly happened: Array<Event>; readonly executed: Array<Executed> }
  >
  readonly named: Set<string>
  readonly doubtful: Array<Doubt>
}

/** Sorts the rows by the migration and the schema that they speak of. */
export const gather = (catalog: Catalog, state: OldState): Evidence => {
  const match = Matching.matcher(catalog)
  const migrations = new Map<string, Collected>()
  const strays: Array<Stray> = []
  const known = (found: Found) => {
    const of = collected(migrations, found.migration)
    if (found.named) of.named.add(found.schema)
    return of
  }
  const doubt = (row: Row, all: ReadonlyArray<Migration>) => {
    for (const migration of all) {
      collected(migrations, migration).doubtful.push({
        row,
        others: all.filter(other => other !== migration)
      })
    }
  }
  const found = <A extends Row>(rows: ReadonlyArray<A>, use: (row: A, at: Found, of: Collected) => void) => {
    for (const row of rows) {
      const matched = match(row)
      if (matched._tag === "Found") use(row, matched, known(matched))
      else if (matched._tag === "Ambiguous") doubt(row, matched.migrations)
      else strays.push({ row, migration: matched._tag === "Elsewhere" ? matched.migration : undefined })
    }
  }
  found(state.happened, (row, at, of) => {
    place(of, at.schema).happened.push({ ...row, undoes: at.undoes })
  })
  // The list's and the executions' rows of a down script are phantoms: what it did is in the history.
  found(state.listed, (row, at, of) => {
    if (!at.undoes) of.listed.push(row)
  })
  found(state.executed, (row, at, of) => {
    if (!at.undoes) place(of, at.schema).executed.push(row)
  })
  for (const { places } of migrations.values())
    for (const { happened } of places.values()) happened.sort(byTime)
  return { migrations: withoutCopies(migrations), strays }
}

type Found = Extract<Matching.Match, { readonly _tag: "Found" }>

const collected = (migrations: Map<string, Collected>, migration: Migration): Collected => {
  const id = canonical(migration)
  const none = { migration, listed: [], places: new Map(), named: new Set<string>(), doubtful: [] }
  const known = migrations.get(id) ?? none
  migrations.set(id, known)
  return known
}

const place = ({ migration, places }: Collected, schema: string) => {
  const known = places.get(schema) ?? { migration, schema, happened: [], executed: [] }
  places.set(schema, known)
  return known
}

// Copies of the first generation's rows were added again and again, later than what followed them.
const byTime = (a: Event, b: Event): number => a.at - b.at || a.sequence - b.sequence

/**
 * Since v0.2 the first generation's rows are also copied, with the schema of the request in place of the one
 * in which they ran: where the original is at hand, the copies say nothing.
 */
const withoutCopies = (migrations: ReadonlyMap<string, Collected>): ReadonlyMap<string, OfMigration> =>
  new Map(
    [...migrations].map(([id, of]) => {
      if (of.named.size === 0) return [id, of]
      const isCopy = (row: Row) =>
        row.generation === "v0.2" && row.id === `${row.version}_${of.migration.name}`
      const places = [...of.places.values()]
        .map(found => ({
          ...found,
          happened: found.happened.filter(row => !isCopy(row)),
          executed: found.executed.filter(row => !isCopy(row))
        }))
        .filter(({ happened, executed }) => happened.length + executed.length > 0)
      return [
        id,
        {
          ...of,
          listed: of.listed.filter(row => !isCopy(row)),
          places: new Map(places.map(found => [found.schema, found]))
        }
      ]
    })
  )
