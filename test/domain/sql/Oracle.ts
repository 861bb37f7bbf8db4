import { loadModule, parseSync, scanSync } from "libpg-query"

/** PostgreSQL's own scanner and parser, with offsets as ours: UTF-16 units instead of bytes. */

export interface Span {
  readonly start: number
  readonly end: number
}

export interface OracleToken extends Span {
  readonly kind: string
}

export const ready: Promise<void> = loadModule()

const unitOf = (text: string): ((byte: number) => number) => {
  const bytes = Buffer.from(text, "utf8")
  if (bytes.length === text.length) return byte => byte
  const units = new Map<number, number>()
  let [byte, unit] = [0, 0]
  for (const character of text) {
    units.set(byte, unit)
    byte += Buffer.byteLength(character)
    unit += character.length
  }
  units.set(byte, unit)
  return byte => units.get(byte) ?? -1
}

const kinds: Record<string, string> = {
  ICONST: "number",
  FCONST: "number",
  PARAM: "parameter"
}

const kindOf = (written: string, name: string): string => {
  if (/^([uU]&|[bBxXeEnN])?'/.test(written)) return "string"
  if (/^([uU]&)?"/.test(written)) return "quoted"
  if (name === "SCONST") return "dollar"
  if (name in kinds) return kinds[name] ?? ""
  if (/^[A-Za-z_\u0080-\uffff]/.test(written)) return "word"
  return /^[~!@#^&|`?+\-*/%<>=]/.test(written) ? "operator" : "punctuation"
}

/** The tokens without comments; `undefined` when PostgreSQL cannot scan the text. */
export const scan = (text: string): ReadonlyArray<OracleToken> | undefined => {
  const unit = unitOf(text)
  const tokens: Array<OracleToken> = []
  try {
    for (const { start, end, tokenName } of scanSync(text).tokens) {
      if (tokenName === "C_COMMENT" || tokenName === "SQL_COMMENT") continue
      const span = { start: unit(start), end: unit(end) }
      const kind = kindOf(text.slice(span.start, span.end), tokenName)
      const last = tokens.at(-1)
      // PostgreSQL reads N'…' as a keyword and a string.
      const national =
        last !== undefined && last.end === span.start && /^n$/i.test(text.slice(last.start, last.end))
      if (national && kind === "string") tokens.splice(-1, 1, { kind, start: last.start, end: span.end })
      else tokens.push({ kind, ...span })
    }
  } catch {
    return undefined
  }
  return tokens
}

/** From the first token of each statement to its last; `undefined` when PostgreSQL cannot parse the text. */
export const statements = (text: string): ReadonlyArray<Span> | undefined => {
  const unit = unitOf(text)
  const tokens = scan(text)
  if (tokens === undefined) return undefined
  try {
    return (parseSync(text).stmts ?? []).map(({ stmt_location = 0, stmt_len = 0 }) => {
      const start = unit(stmt_location)
      const end = stmt_len === 0 ? text.length : unit(stmt_location + stmt_len)
      const inside = tokens.filter(token => token.start >= start && token.end <= end)
      // Without a length a statement goes on to the end of the text, its semicolon included.
      const last = inside.at(-1)
      const ended = stmt_len === 0 && last !== undefined && text.slice(last.start, last.end) === ";"
      return { start: inside[0]?.start ?? start, end: (ended ? inside.at(-2) : last)?.end ?? end }
    })
  } catch {
    return undefined
  }
}
