import * as Either from "effect/Either"
import { parse } from "lossless-json"
import * as Fault from "./Fault.ts"

/** A cell: whole numbers that a double cannot hold are bigints. */
export type Cell = string | number | bigint | boolean | null | object

/** What one statement gave: its rows by the names of their columns; none for a change. */
export type Rows = ReadonlyArray<Readonly<Record<string, Cell>>>

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** What each statement of a request gave, or the fault: also of what is no JSON, and of what is cut off. */
export const read = ({ status, body }: Answer): Either.Either<ReadonlyArray<Rows>, Fault.Fault> => {
  const json = Either.getOrUndefined(Either.try(() => parse(body, undefined, exact)))
  const code = member(json, "code")
  if (typeof code === "number" && code !== 0) {
    const error = member(json, "error")
    return Either.left(Fault.ofCode(code, status, typeof error === "string" ? error : `code ${code}`))
  }
  const output = member(json, "output")
  if (status !== 200 || !isObject(json)) return Either.left(Fault.ofStatus(status, excerpt(status, body)))
  return Either.right(Array.isArray(output) ? output.map(rowsOf) : [])
}

/** What the server's `/status` says of its version. */
export const version = ({ status, body }: Answer): Either.Either<string, Fault.Fault> => {
  const said = member(Either.getOrUndefined(Either.try(() => parse(body))), "version")
  return status === 200 && typeof said === "string"
    ? Either.right(said)
    : Either.left(Fault.ofStatus(status, excerpt(status, body)))
}

const exact = (text: string): number | bigint => {
  const number = Number(text)
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text)
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const member = (value: unknown, key: string): unknown =>
  isObject(value) ? new Map<string, unknown>(Object.entries(value)).get(key) : undefined

const rowsOf = (output: unknown): Rows => {
  const records = member(output, "records")
  const schemas = member(member(records, "schema"), "column_schemas")
  const rows = member(records, "rows")
  if (!Array.isArray(schemas) || !Array.isArray(rows)) return []
  const names = schemas.map(schema => String(member(schema, "name")))
  return rows.map((row: unknown) =>
    Object.fromEntries(names.map((name, index) => [name, cell(Array.isArray(row) ? row[index] : null)]))
  )
}

const cell = (value: unknown): Cell => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value
    default:
      return isObject(value) ? value : null
  }
}

/** What a server or a proxy said in its own way: the first line of it, without markup. */
const excerpt = (status: number, body: string): string => {
  const [line = ""] = body
    .replaceAll(/<[^>]*>/g, " ")
    .trim()
    .split("\n")
  const said = line.replaceAll(/\s+/g, " ").trim().slice(0, 200)
  return `the server answered with HTTP status ${status}${said === "" ? "" : `: ${said}`}`
}
