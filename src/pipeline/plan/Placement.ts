import type { Migration } from "../../domain/Migration.ts"
import type { Connection } from "../../ports/Connections.ts"
import type { Scope } from "./Scope.ts"

/** The schema in which a migration runs when nobody says otherwise; none for a dynamic one. */
export const home = (
  migration: Pick<Migration, "schema">,
  connection: Connection | undefined
): string | undefined => {
  switch (migration.schema._tag) {
    case "Fixed":
      return migration.schema.name
    case "Dynamic":
      return undefined
    case "Unspecified":
      return connection?.schemaMode === "dynamic" ? undefined : (connection?.schema ?? "")
  }
}

/**
 * The schemas in which a selected migration runs: request > declared > the connection's own. In a broad run
 * the named schemas are for those migrations that are not fixed: bringing tenants up to date must not copy
 * the fixed tables into every tenant. `bound`: the request's schemas hold for everything that is selected.
 * An empty result: it waits for a request that names its schema.
 */
export const schemas = (
  migration: Migration,
  connection: Connection | undefined,
  requested: Scope,
  bound: boolean
): ReadonlyArray<string> => {
  const own = home(migration, connection)
  if (requested.named && (bound || migration.schema._tag !== "Fixed")) {
    return requested.of(migration.connection)
  }
  return own === undefined ? [] : [own]
}

/** The schemas in which a dependency must be applied before `dependent` runs in `schema`. */
export const ofDependency = (
  dependency: Migration,
  connection: Connection | undefined,
  schema: string,
  requested: Scope
): ReadonlyArray<string> => {
  if (dependency.schema._tag === "Fixed") return [dependency.schema.name]
  if (requested.isMeant(dependency.connection, schema)) return [schema]
  const own = home(dependency, connection)
  if (own !== undefined) return [own]
  return requested.has(schema) ? [schema] : requested.of(dependency.connection)
}

/**
 * Whether a dependent that is applied in the schema `by` needs the migration in the schema `place`. What was requested
 * when it was applied, nobody knows any more; where the migration stands, tells it.
 */
export const isNeeded = (
  migration: Migration,
  connection: Connection | undefined,
  place: string,
  by: string,
  isThere: (schema: string) => boolean
): boolean => {
  if (migration.schema._tag === "Fixed") return place === migration.schema.name
  if (isThere(by)) return place === by
  const own = home(migration, connection)
  return own === undefined || place === own
}
