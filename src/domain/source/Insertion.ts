import * as Either from "effect/Either"
import { type Backend, capabilities } from "../Backend.ts"
import * as Metadata from "./Metadata.ts"
import * as Scripts from "./Scripts.ts"

/** What a script is to say of its migration that it does not say yet. */
export type Additions = ReadonlyMap<Metadata.Key, ReadonlyArray<string>>

/** As people see them. */
export const lines = (backend: Backend, additions: Additions): ReadonlyArray<string> =>
  capabilities[backend].script === "json"
    ? [`"bfm": ${JSON.stringify(header(additions))}`]
    : [...additions].map(([key, values]) => `-- bfm-${key}: ${values.join(", ")}`)

/**
 * A script with directives at its top, and nothing else changed: its byte-order mark and its line ends stay as they
 * are. A list of etcd operations gets a header. Left: why what was said before would not be said any more.
 */
export const insert = (
  backend: Backend,
  text: string,
  additions: Additions
): Either.Either<string, string> => {
  const mark = text.startsWith("\ufeff") ? "\ufeff" : ""
  const body = text.slice(mark.length)
  const json = capabilities[backend].script === "json"
  if (json && !body.trimStart().startsWith("[")) {
    return Either.left(`it has a header already; add ${lines(backend, additions).join(", ")} to it`)
  }
  const changed = json ? wrapped(backend, body, additions) : topped(backend, body, additions)
  const reason = wrong(backend, body, changed, additions)
  return reason === undefined ? Either.right(mark + changed) : Either.left(reason)
}

const topped = (backend: Backend, text: string, additions: Additions): string => {
  const end = /\r?\n/.exec(text)?.[0] ?? "\n"
  return (
    lines(backend, additions)
      .map(line => line + end)
      .join("") + text
  )
}

const wrapped = (backend: Backend, text: string, additions: Additions): string => {
  const [, list = "", rest = ""] = /^([\s\S]*?)(\s*)$/.exec(text) ?? []
  return `{${lines(backend, additions).join()}, "operations": ${list}}${rest}`
}

const fields: Record<Metadata.Key, keyof Metadata.Metadata> = {
  schema: "schema",
  table: "table",
  tags: "tags",
  "depends-on": "dependsOn",
  requires: "requires",
  transaction: "transaction",
  "lock-timeout": "lockTimeout",
  "statement-timeout": "statementTimeout"
}

const header = (additions: Additions): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...additions].map(([key, values]) => [fields[key], Metadata.lists.has(key) ? values : values[0]])
  )

/** Read again, it must say what it said and what was added. */
const wrong = (backend: Backend, before: string, after: string, additions: Additions): string | undefined => {
  const { metadata, problems } = Scripts.read({ backend, up: after })
  const [problem] = problems
  if (problem !== undefined) return problem.reason
  const said = Scripts.read({ backend, up: before }).metadata
  const entries = [...additions].map(([key, values]) => ({ key, label: `bfm-${key}`, values }))
  const added = Metadata.read(backend, entries).metadata
  const kept = Metadata.keys.every(
    key => plain(metadata[fields[key]]) === plain((additions.has(key) ? added : said)[fields[key]])
  )
  return kept ? undefined : "its first 80 lines are full: make room for the directives there"
}

/** Lines move when something is put in front of them. */
const plain = (value: unknown): string | undefined =>
  JSON.stringify(value, (key, inner: unknown) => (key === "line" ? undefined : inner))
