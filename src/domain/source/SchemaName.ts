import { type Backend, capabilities } from "../Backend.ts"

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/
const LONE_SURROGATE = /\p{Surrogate}/u

/** What belongs to a store itself, of the schemas that its catalog lists; in small letters. */
const own: Record<Backend, (name: string) => boolean> = {
  postgresql: name => name === "information_schema" || name.startsWith("pg_"),
  greptimedb: name => ["information_schema", "greptime_private", "pg_catalog"].includes(name),
  etcd: () => false
}

/** Whether a schema belongs to the store itself, and can be nobody's tenant. */
export const isSystem = (backend: Backend, name: string): boolean => own[backend](name.toLowerCase())

/** What a backend asks of a schema's name beyond its length. */
const rules: Record<Backend, (name: string) => string | undefined> = {
  // Anything else is allowed, also quotes and semicolons: names are always quoted.
  postgresql: name =>
    name.startsWith("pg_") ? "names that begin with pg_ belong to PostgreSQL itself" : undefined,
  greptimedb: name =>
    /^[A-Za-z0-9_.-]+$/.test(name) ? undefined : "only letters, digits, _, - and . are allowed",
  etcd: () => undefined
}

/** Why a name cannot be a schema's name in the backend; `undefined` when it can. */
export const schemaName = (backend: Backend, name: string): string | undefined => {
  const { schemaNameBytes } = capabilities[backend]
  if (name === "") return "a schema's name must not be empty"
  const shown = JSON.stringify(name)
  if (CONTROL.test(name)) return `schema ${shown}: control characters are not allowed`
  if (LONE_SURROGATE.test(name)) return `schema ${shown}: the name is not valid Unicode`
  const bytes = name.length * 3 <= schemaNameBytes ? 0 : new TextEncoder().encode(name).length
  if (bytes > schemaNameBytes) {
    return `schema ${shown} has ${bytes} bytes; ${backend} allows ${schemaNameBytes}`
  }
  const reason = rules[backend](name)
  return reason === undefined ? undefined : `schema ${shown}: ${reason}`
}
