import { performance } from "node:perf_hooks"
import type { authenticate } from "./Auth.ts"
import { permit } from "./Auth.ts"
import type { Catalog } from "./Catalog.ts"
import { execute } from "./Execute.ts"
import { Failure } from "./Failure.ts"
import { parse } from "./Parse.ts"
import type { Fields } from "./Request.ts"
import { failure, type Response, success } from "./Responses.ts"
import type { Output, Session } from "./Session.ts"

type User = ReturnType<typeof authenticate>

/** The database behind `db` or the header: the part behind the first dash, if it has one. */
const schemaOf = (db: string): { readonly catalog: string; readonly schema: string } => {
  const dash = db.indexOf("-")
  return dash === -1
    ? { catalog: "greptime", schema: db }
    : { catalog: db.slice(0, dash), schema: db.slice(dash + 1) }
}

const timezone = (header: string): string => {
  const offset = /^([+-])(\d{1,2}):(\d{2})$/.exec(header)
  return offset === null ? header : `${offset[1]}${(offset[2] ?? "").padStart(2, "0")}:${offset[3]}`
}

const refusal = (cause: unknown): Failure => {
  if (cause instanceof Failure) return cause
  throw cause
}

/** All statements are read, then they run in their order until one fails: earlier ones stay, and are not told of. */
export const answer = (
  catalog: Catalog,
  fields: Fields,
  headers: { readonly db: string | undefined; readonly timezone: string | undefined },
  user: User | undefined
): Response => {
  const began = performance.now()
  const elapsed = () => Math.round(performance.now() - began)
  if (fields.sql === undefined) return failure(new Failure(1004, "sql parameter is required."), 0)
  const place = schemaOf(fields.db ?? headers.db ?? "public")
  if (place.catalog !== "greptime" || !catalog.databases.has(place.schema)) {
    return failure(new Failure(4004, `Database not found: ${place.schema}`), 0)
  }
  const session: Session = { schema: place.schema, timezone: timezone(headers.timezone ?? "UTC") }
  const outputs: Array<Output> = []
  try {
    for (const statement of parse(fields.sql)) {
      permit(user, statement)
      outputs.push(execute(catalog, session, statement))
    }
  } catch (cause) {
    return failure(refusal(cause), elapsed())
  }
  return success(outputs, fields.format ?? "greptimedb_v1", fields.epoch, elapsed())
}

/** Upper-case keywords, one blank between tokens, a semicolon behind each statement. */
export const formatted = (tokens: ReadonlyArray<string>): string =>
  tokens
    .join(" ")
    .replaceAll(/ ?\. ?/g, ".")
    .replaceAll(/ ,/g, ",")
    .replaceAll(/\( /g, "(")
    .replaceAll(/ \)/g, ")")
