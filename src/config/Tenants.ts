import type { Backend } from "../domain/Backend.ts"
import type { Tenants } from "../domain/Tenants.ts"
import type { Reader } from "./Reader.ts"

/** A query begins with one of these words. */
const QUERY = /^(?:select|with|values|table|show)\s/i

/** Whether the store has to be asked: a query, or for etcd the prefix above the tenants. */
const isQuestion: Record<Backend, (text: string) => boolean> = {
  postgresql: text => QUERY.test(text),
  greptimedb: text => QUERY.test(text),
  etcd: text => text.endsWith("/")
}

/** The names with commas between, or what the store is asked for them. */
export const decode = (reader: Reader, variable: string, backend: Backend): Tenants | undefined => {
  const text = reader.text(variable)
  if (text === undefined) return undefined
  if (isQuestion[backend](text)) return { _tag: "Query", text }
  const names = text.split(",").map(name => name.trim())
  if (names.includes("")) reader.report(variable, "has a name that is empty: too many commas")
  return { _tag: "List", names: [...new Set(names)] }
}
