/** What stands before the variables of a connection: `tenant-db` is configured by `TENANT_DB_*`. */
export const prefixOf = (connection: string): string => connection.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")

/** A variable of a connection. */
export const of = (connection: string, suffix: string): string => `${prefixOf(connection)}_${suffix}`
