import * as Crypto from "node:crypto"
import * as Either from "effect/Either"
import type { Checksum } from "../Plan.ts"
import * as JsonText from "../source/JsonText.ts"
import { Code } from "./Characters.ts"
import * as Dialect from "./Dialect.ts"
import * as Lexer from "./Lexer.ts"
import { hasByteOrderMark } from "./Position.ts"
import * as Quotes from "./Quotes.ts"
import * as TokenDigest from "./TokenDigest.ts"

type Kind = "sql" | "json" | "text"

/** Versions of what is below: every change of what counts is a new one. */
const algorithms: Readonly<Record<Kind, number>> = { sql: 1, json: 2, text: 1 }

/** SHA-256 of the exact text, hexadecimal. */
export const sourceHash = (text: string): string => Crypto.hash("sha256", text, "hex")

/** Over what the text says to the store, not how it is laid out. */
export const of = (kind: Kind, text: string, dialect: Dialect.Dialect = Dialect.postgresql): Checksum => ({
  algorithm: algorithms[kind],
  value: values[kind](text, dialect)
})

const unmarked = (text: string): string => (hasByteOrderMark(text) ? text.slice(1) : text)

const lines = (text: string): string => unmarked(text).replaceAll(/\r\n?/g, "\n")

const json = (text: string): string => {
  const script = unmarked(text)
  return Either.try((): unknown => JSON.parse(script)).pipe(
    Either.map(() => document(script, JsonText.root(script))),
    Either.getOrElse(() => lines(text))
  )
}

/** The list of operations, or the object around it. */
const document = (text: string, span: JsonText.Span): string => {
  if (text[span.start] === "[")
    return `[${JsonText.elements(text, span)
      .map(of => fields(text, of))
      .join(",")}]`
  return fields(text, span, field =>
    field.name === "operations" ? document(text, field) : fields(text, field)
  )
}

/** In any order. */
const fields = (
  text: string,
  span: JsonText.Span,
  value = (field: JsonText.Member) => plain(text, field)
): string => {
  if (text[span.start] !== "{") return plain(text, span)
  const written = JsonText.members(text, span).map(field => `${JSON.stringify(field.name)}:${value(field)}`)
  return `{${written.sort().join(",")}}`
}

/** Numbers, and the order of what stands inside, are stored as they are written. */
const plain = (text: string, span: JsonText.Span): string =>
  text[span.start] === '"'
    ? JSON.stringify(JSON.parse(text.slice(span.start, span.end)))
    : JsonText.compact(text, span)

/** Semicolons count only between statements. */
const sql = (text: string, dialect: Dialect.Dialect): string => {
  const scanner = Lexer.scanner(text, dialect)
  const digest = TokenDigest.make(text.length)
  let begun = false
  let semicolon = false
  while (Lexer.next(scanner)) {
    const { start, end, kind } = scanner
    if (end === start + 1 && text.charCodeAt(start) === Code.semicolon) {
      semicolon = begun
      continue
    }
    if (semicolon) TokenDigest.add(digest, ";", 0, 1, false)
    semicolon = false
    begun = true
    const layout = rewrite[kind]?.(text.slice(start, end))
    if (layout === undefined) TokenDigest.add(digest, text, start, end, kind === "word")
    else TokenDigest.add(digest, layout, 0, layout.length, kind === "word")
  }
  return TokenDigest.finish(digest)
}

const quoted = (token: string): string | undefined =>
  token.includes("\r") ? token.replaceAll("\r\n", "\n") : undefined

/** Tokens that have a layout of their own, without it; `undefined` where there is none. */
const rewrite: { readonly [Kind in Lexer.TokenKind]?: (token: string) => string | undefined } = {
  word: token => (token.includes("{") ? token.replaceAll(/[ \t]/g, "") : undefined),
  string: token => (token.includes("\n") || token.includes("\r") ? joined(token) : undefined),
  dollar: quoted,
  quoted
}

/** A string without what stands between the parts on its lines: blanks, line ends and comments. */
const joined = (token: string): string => {
  const parts: Array<string> = []
  let start = 0
  let quote = token.indexOf("'")
  while (quote !== -1) {
    const end = Quotes.stringEnd(token, token.charAt(0), quote + 1)
    if (end === -1) break
    parts.push(token.slice(start, end))
    quote = Quotes.continuation(token, end)
    start = quote
  }
  if (start !== -1) parts.push(token.slice(start))
  return parts.join("\n").replaceAll("\r\n", "\n")
}

const values: Record<Kind, (text: string, dialect: Dialect.Dialect) => string> = {
  sql,
  json: text => sourceHash(json(text)),
  text: text => sourceHash(lines(text))
}
