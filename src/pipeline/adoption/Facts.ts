import { canonical } from "../../domain/Identity.ts"
import * as Ledger from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { GoFile } from "../../domain/predecessor/GoFile.ts"
import type { OldState } from "../../domain/predecessor/OldState.ts"
import * as RollBack from "../plan/RollBack.ts"
import * as World from "../plan/World.ts"
import type { Since } from "./Since.ts"

/** Everything that deciding looks at, read beforehand. */
export interface Facts {
  readonly world: World.World
  readonly state: OldState
  /** By canonical id; only of migrations that have one. */
  readonly goFiles: ReadonlyMap<string, GoFile>
  /** By {@link Ledger.key}. */
  readonly since: ReadonlyMap<string, Since>
}

/** Whether nothing is left to say of a migration in a schema: BfM knows better than the old records. */
export const isSettled = ({
  world,
  since
}: Pick<Facts, "world" | "since">): ((migration: Migration, schema: string) => boolean) => {
  const entry = World.lookup(world)
  return (migration, schema) =>
    entry(migration, schema) !== undefined ||
    since.get(Ledger.key(canonical(migration), schema)) === "decided"
}

/** The same where the schema is not known for sure: whatever BfM knows of the migration is newer. */
export const isAnswered = (facts: Facts, migration: Migration, schema: string): boolean =>
  isSettled(facts)(migration, schema) || RollBack.appliedSchemas(facts.world, migration).length > 0

/** The commands by which a person answers. */
export const resolve = (id: string, schema: string): string => {
  const place = schema === "" ? "" : ` --schema ${schema}`
  return `look, and say bfm resolve ${id}${place} --applied, or --pending`
}
