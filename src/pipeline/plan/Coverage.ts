import { canonical } from "../../domain/Identity.ts"
import type * as Ledger from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Connection } from "../../ports/Connections.ts"
import * as Placement from "./Placement.ts"

/** The migrations of a connection that run in the schemas of its tenants. */
export const migrationsOf = (
  connection: Connection,
  migrations: ReadonlyArray<Migration>
): ReadonlyArray<Migration> =>
  migrations.filter(
    migration =>
      migration.connection === connection.name &&
      (connection.tenants === undefined
        ? Placement.home(migration, connection) === undefined
        : migration.schema._tag !== "Fixed")
  )

/** Migrations by the schemas in which they are applied, of those that are asked about. */
export const appliedIn = (
  { groups }: Ledger.Survey,
  migrations: ReadonlyArray<Migration>
): ReadonlyMap<string, ReadonlyArray<Migration>> => {
  const byId = new Map(migrations.map(migration => [canonical(migration), migration]))
  const found = new Map<string, Array<Migration>>()
  for (const { mark, schemas } of groups) {
    const migration = mark.state === "applied" ? byId.get(mark.migrationId) : undefined
    if (migration === undefined) continue
    for (const schema of schemas) {
      const known = found.get(schema)
      if (known === undefined) found.set(schema, [migration])
      else known.push(migration)
    }
  }
  return found
}
