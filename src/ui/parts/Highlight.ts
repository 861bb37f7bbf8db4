import { Backend } from "bfm/client"
import { getSegments } from "sql-highlight"

/** What a text is written in. */
export type Language = "sql" | "greptimedb" | "json" | "program"

/** A part of a text that has one colour: `keyword`, `string`, `number`, `comment`, `function`, or none. */
export interface Segment {
  readonly name: string
  readonly content: string
}

/** Beyond it colours cost more than they are worth, in characters. */
const largest = 60_000

const languages: Record<Backend.Backend, Language> = {
  postgresql: "sql",
  greptimedb: "greptimedb",
  etcd: "json"
}

/** The language of what is sent to a store. */
export const languageOf = (backend: Backend.Backend): Language => languages[backend]

/** The language of a whole file: beside scripts there are programs. */
export const languageOfFile = (backend: Backend.Backend, text: string): Language =>
  Backend.capabilities[backend].programs && /^(export default\b|import\s.*\sfrom\s+")/m.test(text)
    ? "program"
    : languageOf(backend)

/** A text in its parts; all of it, in its order. */
export const segments = (text: string, language: Language): ReadonlyArray<Segment> => {
  if (text.length > largest) return [{ name: "plain", content: text }]
  switch (language) {
    case "sql":
      return sql(text, postgresql)
    case "greptimedb":
      return sql(text, greptimedb)
    case "json":
      return matched(text, json)
    case "program":
      return matched(text, program)
  }
}

const words = (...lists: ReadonlyArray<string>): ReadonlySet<string> => new Set(lists.join(" ").split(" "))

/** What the highlighter does not know. */
const common = "ALWAYS BIGINT BOOLEAN GENERATED IDENTITY INT INTEGER INTERVAL RENAME SMALLINT USING"

const postgresql = words(
  common,
  "BIGSERIAL BYTEA CONCURRENTLY CONFLICT DO ENUM EXTENSION JSONB LANGUAGE NOTHING POLICY RETURNING RETURNS",
  "SERIAL SMALLSERIAL TIMESTAMPTZ TRIGGER TYPE UUID VACUUM"
)

const greptimedb = words(
  common,
  "ADMIN BINARY FLOAT32 FLOAT64 FLOW FULLTEXT INT16 INT32 INT64 INT8 INVERTED PARTITION SINK SKIPPING STRING",
  "TIME TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_S TIMESTAMP_US TQL UINT16 UINT32 UINT64 UINT8"
)

const sql = (text: string, more: ReadonlySet<string>): ReadonlyArray<Segment> =>
  getSegments(text).flatMap(({ name, content }): ReadonlyArray<Segment> => {
    // Only in MySQL a comment begins so; elsewhere it is an operator on JSON.
    if (name === "comment" && content.startsWith("#"))
      return [{ name: "special", content: "#" }, ...sql(content.slice(1), more)]
    return [{ name: name === "identifier" && more.has(content.toUpperCase()) ? "keyword" : name, content }]
  })

/** The name of a group is that of its colour. */
const json =
  /(?<function>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*")|(?<number>-?\b\d[\d.eE+-]*)|(?<keyword>\b(?:true|false|null)\b)/g

const program =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|(?<number>\b\d[\d_.]*)|(?<keyword>\b(?:as|async|await|const|default|else|export|false|for|from|function|if|import|in|let|new|null|of|return|throw|true|type|typeof|undefined|while|yield)\b)/g

const matched = (text: string, pattern: RegExp): ReadonlyArray<Segment> => {
  const found: Array<Segment> = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) found.push({ name: "plain", content: text.slice(end, match.index) })
    const [name = "plain"] = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? []
    found.push({ name, content: match[0] })
    end = match.index + match[0].length
  }
  return [...found, { name: "plain", content: text.slice(end) }]
}
