import * as Spelling from "../Spelling.ts"
import { type Entry, type Key, keys, lists, type MetadataProblem } from "./Metadata.ts"

/** The object's way of writing each directive: the name of its field, or none where it cannot be said there. */
export type Fields<Name extends string = string> = Readonly<Record<Key, Name | undefined>>

export interface FieldReading {
  readonly entries: ReadonlyArray<Entry>
  readonly problems: ReadonlyArray<MetadataProblem>
}

/** The entries that an object's fields make; `source` is the text it is written in, for line numbers. */
export const read = (
  object: Readonly<Record<string, unknown>>,
  fields: Fields,
  source: string
): FieldReading => {
  const entries: Array<Entry> = []
  const problems: Array<MetadataProblem> = []
  const keyOf = new Map(keys.flatMap(key => (fields[key] === undefined ? [] : [[fields[key], key] as const])))
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue
    const line = lineOf(source, name)
    const key = keyOf.get(name)
    const values = key === undefined ? undefined : texts(key, value)
    if (key !== undefined && values !== undefined) {
      entries.push({ key, label: name, values, ...line })
    } else {
      const reason = key === undefined ? unknown(name, [...keyOf.keys()]) : `${name} must be ${shape(key)}`
      problems.push({ ...line, reason })
    }
  }
  return { entries, problems }
}

const unknown = (name: string, known: ReadonlyArray<string>): string =>
  `unknown field ${name}${Spelling.hint(name, known) || `; known: ${known.join(", ")}`}`

const isText = (value: unknown): value is string => typeof value === "string"

const texts = (key: Key, value: unknown): ReadonlyArray<string> | undefined => {
  if (isText(value)) return lists.has(key) ? value.split(",") : [value]
  if (Array.isArray(value)) return lists.has(key) && value.every(isText) ? value : undefined
  if (key !== "tags" || typeof value !== "object" || value === null) return undefined
  const pairs = Object.entries(value)
  return pairs.every(([, text]) => isText(text)) ? pairs.map(([name, text]) => `${name}=${text}`) : undefined
}

const shape = (key: Key): string => {
  if (key === "tags") return 'an object of texts, {"env": "prod"}'
  return lists.has(key) ? "a list of texts" : "a text"
}

const lineOf = (source: string, name: string): { readonly line?: number } => {
  const found = new RegExp(`(?<![\\w.])["']?${name.replaceAll(/\W/g, "\\$&")}["']?\\s*:`).exec(source)
  return found === null ? {} : { line: source.slice(0, found.index).split("\n").length }
}
