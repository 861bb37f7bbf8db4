import * as Either from "effect/Either"
import type { Backend } from "../Backend.ts"
import * as Spelling from "../Spelling.ts"
import * as Field from "./Field.ts"
import * as Json from "./Json.ts"
import * as Metadata from "./Metadata.ts"

/** A new directive does not compile until it is said here how a header says it. */
export const fields: Field.Fields = {
  schema: "schema",
  table: "table",
  tags: "tags",
  "depends-on": "dependsOn",
  requires: "requires",
  // How SQL is executed.
  transaction: undefined,
  "lock-timeout": undefined,
  "statement-timeout": undefined
}

const MARK = /\\.|"|\{\{[ \t]*\.[^{}\n]*\}\}/gs

/** A placeholder outside of quotes is not JSON yet; one of any kind keeps its length, for positions. */
const asJson = (text: string): string => {
  let quoted = false
  return text.replace(MARK, found => {
    if (found === '"') quoted = !quoted
    return quoted || !found.startsWith("{{") ? found : "0".padEnd(found.length)
  })
}

/**
 * What the header of a JSON script says, `{"bfm": {…}, "operations": […]}`, with everything that is wrong
 * with it. A plain list of operations says nothing; the operations themselves are not looked at.
 */
export const read = (backend: Backend, text: string): Metadata.Reading => {
  const parsed = Json.parse(asJson(text))
  if (Either.isLeft(parsed)) return refused(parsed.left)
  const document = parsed.right
  if (Array.isArray(document)) return { metadata: Metadata.empty, problems: [] }
  if (!isRecord(document) || !Array.isArray(document.operations)) {
    return refused({ reason: `must be a list of operations, or ${form}` })
  }
  const stray = Object.keys(document).find(name => name !== "bfm" && name !== "operations")
  if (stray !== undefined) {
    return refused({
      reason: `unknown field ${stray}${Spelling.hint(stray, ["bfm"]) || `; expected ${form}`}`
    })
  }
  const header = document.bfm ?? {}
  if (!isRecord(header)) return refused({ reason: `"bfm" must be an object: ${form}` })
  const { entries, problems } = Field.read(header, fields, text)
  const reading = Metadata.read(backend, entries)
  return { metadata: reading.metadata, problems: [...problems, ...reading.problems] }
}

const form = '{"bfm": {…}, "operations": […]}'

const refused = (problem: Metadata.MetadataProblem): Metadata.Reading => ({
  metadata: Metadata.empty,
  problems: [problem]
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
