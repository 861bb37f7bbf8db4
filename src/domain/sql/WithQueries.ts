import * as Phrase from "./Phrase.ts"

/** What a statement that begins with WITH carries out: the queries in its parentheses, then the last one; any other itself. */
export const statements = (phrase: Phrase.Phrase): ReadonlyArray<Phrase.Phrase> => {
  if (phrase.at(0) !== "with") return [phrase]
  const found: Array<Phrase.Phrase> = []
  let before = ""
  for (let at = 1; ; at = Phrase.groupEnd(phrase, at)) {
    const token = phrase.at(at)
    if (token === "") return found
    // A query may itself be called `update`.
    if (LAST.has(token) && phrase.at(at + 1) !== "as") return [...found, Phrase.from(phrase, at)]
    if (token === "(" && QUERY.has(before)) {
      found.push(...statements(Phrase.between(phrase, at + 1, Phrase.groupEnd(phrase, at) - 1)))
    }
    before = token
  }
}

const LAST = new Set(["select", "values", "table", "insert", "update", "delete", "merge"])

/** Behind which the parentheses hold a query, and not its columns. */
const QUERY = new Set(["as", "materialized"])
