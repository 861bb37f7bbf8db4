import type { GoToken } from "./GoToken.ts"

/** Whatever stands in braces: `Name{key: value, value}`, and bodies of functions alike. */
export interface GoLiteral {
  /** The words before the brace, as far as they may be its type: `[]string`, `&migrations.MigrationScript`. */
  readonly type: string
  readonly entries: ReadonlyArray<GoEntry>
}

export interface GoEntry {
  /** `Schema` of `Schema: "core"`. */
  readonly key: string | undefined
  readonly line: number
  readonly value: ReadonlyArray<GoToken | GoLiteral>
}

export const isLiteral = (item: GoToken | GoLiteral): item is GoLiteral => "entries" in item

/** A whole file, as if it stood in braces itself. */
export const parse = (tokens: ReadonlyArray<GoToken>): GoLiteral => {
  const cursor = { tokens, at: 0 }
  return { type: "", entries: body(cursor) }
}

interface Cursor {
  readonly tokens: ReadonlyArray<GoToken>
  at: number
}

const isOther = (token: GoToken | undefined, text: string): boolean =>
  token?.kind === "other" && token.text === text

/** The entries up to the closing brace, which is taken along. */
const body = (cursor: Cursor): ReadonlyArray<GoEntry> => {
  const entries: Array<GoEntry> = []
  let items: Array<GoToken | GoLiteral> = []
  let depth = 0
  const end = () => {
    if (items.length > 0) entries.push(entry(items))
    items = []
  }
  for (let token = cursor.tokens[cursor.at]; token !== undefined; token = cursor.tokens[cursor.at]) {
    cursor.at += 1
    if (isOther(token, "}")) break
    if (isOther(token, "{")) items.push({ type: typeOf(items), entries: body(cursor) })
    else if (isOther(token, ",") && depth === 0) end()
    else {
      if (isOther(token, "(") || isOther(token, "[")) depth += 1
      if (isOther(token, ")") || isOther(token, "]")) depth -= 1
      items.push(token)
    }
  }
  end()
  return entries
}

const typeOf = (items: ReadonlyArray<GoToken | GoLiteral>): string => {
  const words: Array<string> = []
  for (const item of items.toReversed()) {
    if (isLiteral(item) || item.kind === "string" || /^[:=(]/.test(item.text)) break
    words.unshift(item.text)
  }
  return words.join("")
}

const entry = (items: ReadonlyArray<GoToken | GoLiteral>): GoEntry => {
  const [first, second] = items
  const line = items.find((item): item is GoToken => !isLiteral(item))?.line ?? 0
  const keyed =
    first !== undefined &&
    !isLiteral(first) &&
    first.kind === "name" &&
    second !== undefined &&
    !isLiteral(second)
  return keyed && isOther(second, ":")
    ? { key: first.text, line, value: items.slice(2) }
    : { key: undefined, line, value: items }
}
