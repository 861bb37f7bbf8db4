import * as Either from "effect/Either"
import type { Analysis, ScriptProblem } from "../Analysis.ts"
import type { Statement, Unit } from "../Plan.ts"
import * as Json from "../source/Json.ts"
import * as JsonText from "../source/JsonText.ts"
import { locator } from "../sql/Position.ts"
import * as Bytes from "./Bytes.ts"
import * as Chunk from "./Chunk.ts"
import * as Operation from "./Operation.ts"

interface Found {
  readonly operation: Operation.Operation
  readonly line: number
  readonly column: number
}

/** Takes a rendered script apart: one unit for each transaction that etcd can take, one statement for each operation. */
export const analyse = (text: string): Analysis => {
  const { found, problems } = read(text)
  const operations = found.map(({ operation }) => operation)
  const places = new Map(found.map(item => [item.operation, item]))
  const chunks = Chunk.cut(operations)
  const units = chunks.map((chunk): Unit => ({ atomic: true, statements: chunk.flatMap(statement(places)) }))
  return {
    mode: units.length > 1 ? "journal" : "transaction",
    units: units.length === 0 ? [{ atomic: true, statements: [] }] : units,
    unwrapped: false,
    problems,
    warnings: warnings(found, chunks.length),
    destructive: operations.some(({ operation }) => operation === "delete")
  }
}

const statement =
  (places: ReadonlyMap<Operation.Operation, Found>) =>
  (operation: Operation.Operation): ReadonlyArray<Statement> => {
    const place = places.get(operation)
    if (place === undefined) return []
    return [{ text: Operation.encode(operation), line: place.line, column: place.column }]
  }

/** Every operation, and everything that is wrong, each with the number of its operation. */
const read = (
  text: string
): { readonly found: ReadonlyArray<Found>; readonly problems: ReadonlyArray<ScriptProblem> } => {
  const parsed = Json.parse(text)
  if (Either.isLeft(parsed)) return { found: [], problems: [parsed.left] }
  const list = operationsOf(text)
  if (list === undefined) return { found: [], problems: [{ reason: "must be a list of operations" }] }
  const place = locator(text)
  const found: Array<Found> = []
  const problems: Array<ScriptProblem> = []
  for (const [index, span] of JsonText.elements(text, list).entries()) {
    const { line, column } = place(span.start)
    const operation = Operation.parse(text, span)
    if (Either.isRight(operation)) found.push({ operation: operation.right, line, column })
    else problems.push({ line, reason: `operation ${index + 1}: ${operation.left}` })
  }
  return { found, problems }
}

const operationsOf = (text: string): JsonText.Span | undefined => {
  const root = JsonText.root(text)
  if (text[root.start] === "[") return root
  if (text[root.start] !== "{") return undefined
  const list = JsonText.members(text, root).findLast(({ name }) => name === "operations")
  return list !== undefined && text[list.start] === "[" ? list : undefined
}

const warnings = (found: ReadonlyArray<Found>, chunks: number): ReadonlyArray<string> => {
  const slash = found.find(({ operation }) => operation.key[0] === 0x2f)
  return [
    ...(chunks > 1
      ? [
          `not atomic: ${found.length} operations take ${chunks} transactions, and readers can see some of them before the rest`
        ]
      : []),
    ...(slash === undefined
      ? []
      : [
          `key ${Bytes.shown(slash.operation.key)} (line ${slash.line}) begins with a slash, and is put behind the prefix as it is: there will be two`
        ])
  ]
}
