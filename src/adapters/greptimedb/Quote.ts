/** A string in GreptimeDB's SQL: a backslash means nothing in it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A name with its case. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A database as the `db` parameter names it: what stands before a dash would be read as a catalog. */
export const databaseParameter = (name: string): string => (name.includes("-") ? `greptime-${name}` : name)
