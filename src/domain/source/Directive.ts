import type { Backend } from "../Backend.ts"
import * as Spelling from "../Spelling.ts"
import * as Metadata from "./Metadata.ts"

/** Directives stand in the first lines of an up script. */
const lines = 80

const DIRECTIVE = /^[ \t]*--[ \t]*bfm-([\w-]+)[ \t]*(:?)(.*)$/gim

const nothing: Metadata.Reading = { metadata: Metadata.empty, problems: [] }

/** What the directives of an SQL script say, `-- bfm-tags: env=prod`, with everything that is wrong with them. */
export const read = (backend: Backend, text: string): Metadata.Reading => {
  if (!text.includes("--")) return nothing
  const head = firstLines(text)
  if (!/bfm-/i.test(head)) return nothing
  const entries: Array<Metadata.Entry> = []
  const problems: Array<Metadata.MetadataProblem> = []
  let line = 1
  let counted = 0
  DIRECTIVE.lastIndex = 0
  for (let found = DIRECTIVE.exec(head); found !== null; found = DIRECTIVE.exec(head)) {
    const [, word = "", colon = "", rest = ""] = found
    const value = rest.trim()
    for (
      let at = head.indexOf("\n", counted);
      at !== -1 && at < found.index;
      at = head.indexOf("\n", at + 1)
    ) {
      line += 1
    }
    counted = found.index
    const key = Metadata.keyOf(word)
    if (key !== undefined && colon !== "") {
      const values = Metadata.lists.has(key) ? value.split(",") : [value]
      entries.push({ key, label: `bfm-${key}`, values, line })
    } else {
      const reason =
        key === undefined
          ? unknown(word, colon)
          : `write a colon: -- bfm-${key}: ${value.replace(/^=\s*/, "")}`
      if (reason !== undefined) problems.push({ line, reason })
    }
  }
  const reading = Metadata.read(backend, entries)
  return { metadata: reading.metadata, problems: [...problems, ...reading.problems].sort(byLine) }
}

/** Words after `bfm-` without a colon are prose, unless they are a directive's own name. */
const unknown = (word: string, colon: string): string | undefined => {
  if (colon === "") return undefined
  const known = Metadata.keys.map(key => `bfm-${key}`)
  return `unknown directive bfm-${word}${Spelling.hint(`bfm-${word}`, known) || `; known: ${known.join(", ")}`}`
}

const byLine = (a: Metadata.MetadataProblem, b: Metadata.MetadataProblem): number =>
  (a.line ?? 0) - (b.line ?? 0)

const firstLines = (text: string): string => {
  let end = 0
  for (let line = 0; line < lines; line++) {
    const next = text.indexOf("\n", end)
    if (next === -1) return text
    end = next + 1
  }
  return text.slice(0, end)
}
