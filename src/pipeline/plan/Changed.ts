import type { Mark } from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Checksum from "../../domain/sql/Checksum.ts"
import type { Verdict } from "../../domain/Validation.ts"
import * as Compile from "./Compile.ts"
import * as Problem from "./Problem.ts"
import type { World } from "./World.ts"

/** An applied migration held against its source: the cheap comparison first, tokens only where bytes differ. */
export const verdict = (entry: Mark, migration: Migration | undefined): Verdict => {
  if (migration === undefined) return "missing"
  if (entry.sourceHash === Checksum.sourceHash(migration.up.text)) return "same"
  const now = Compile.checksum(migration)
  // A checksum of another algorithm says nothing about this one: then only the bytes speak.
  return now.algorithm === entry.checksum.algorithm && now.value === entry.checksum.value
    ? "cosmetic"
    : "changed"
}

/** Shown ids of what was edited after it was applied, in the inspected connections. */
export const changed = (world: World): ReadonlyArray<string> =>
  [...world.inspections.values()].flatMap(({ groups }) =>
    groups.flatMap(({ mark, schemas }) => {
      const migration = world.catalog.byId.get(mark.migrationId)
      // What is still under way may be mended: its journal guards the part that is done.
      return migration !== undefined && mark.state === "applied" && verdict(mark, migration) === "changed"
        ? schemas.map(schema => Problem.shownId(world, migration, schema))
        : []
    })
  )
