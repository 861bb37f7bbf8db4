import * as Crypto from "node:crypto"
import * as Either from "effect/Either"
import type { Checksum } from "../Plan.ts"
import * as Lexer from "./Lexer.ts"
import { hasByteOrderMark } from "./Position.ts"
import * as Quotes from "./Quotes.ts"

/** Version of what is below: change it with every change of a checksum. */
const ALGORITHM = 1

const sha256 = (text: string): string => Crypto.createHash("sha256").update(text, "utf8").digest("hex")

/** SHA-256 of the exact text, hexadecimal. */
export const sourceHash = (text: string): string => sha256(text)

/** Over what the text says to the store, not how it is laid out. */
export const of = (kind: "sql" | "json" | "text", text: string): Checksum => ({
  algorithm: ALGORITHM,
  value: sha256(canonical[kind](text))
})

const lines = (text: string): string =>
  (hasByteOrderMark(text) ? text.slice(1) : text).replaceAll(/\r\n?/g, "\n")

const json = (text: string): string =>
  Either.try(() => sorted(JSON.parse(hasByteOrderMark(text) ? text.slice(1) : text))).pipe(
    Either.getOrElse(() => lines(text))
  )

const sorted = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(",")}}`
}

/**
 * The tokens, each followed by a NUL, which can stand only inside of quotes, and those are closed: so no
 * two lists of tokens give the same text. Semicolons count between statements only.
 */
const sql = (text: string): string => {
  const scanner = Lexer.scanner(text)
  let whole = ""
  let semicolon = false
  for (let token = Lexer.next(scanner); token !== undefined; token = Lexer.next(scanner)) {
    if (token.end - token.start === 1 && text.charCodeAt(token.start) === SEMICOLON) {
      semicolon = whole !== ""
      continue
    }
    if (semicolon) whole += ";\0"
    semicolon = false
    whole += `${written(text.slice(token.start, token.end), token.kind)}\0`
  }
  return whole
}

const SEMICOLON = 59

const written = (token: string, kind: Lexer.TokenKind): string => {
  if (kind === "word") return Lexer.fold(token.includes("{") ? token.replaceAll(/[ \t]/g, "") : token)
  if (kind === "string" && /[\n\r]/.test(token)) return joined(token)
  if (kind === "string" || kind === "dollar" || kind === "quoted") return token.replaceAll("\r\n", "\n")
  return token
}

/** A string without what stands between the parts on its lines: blanks, line ends and comments. */
const joined = (token: string): string => {
  const escaped = /^e/i.test(token)
  const parts: Array<string> = []
  let start = 0
  let quote = token.indexOf("'")
  while (quote !== -1) {
    const end = escaped ? Quotes.escapedEnd(token, quote + 1) : Quotes.doubledEnd(token, quote + 1, "'")
    if (end === -1) break
    parts.push(token.slice(start, end))
    quote = Quotes.continuation(token, end)
    start = quote
  }
  if (start !== -1) parts.push(token.slice(start))
  return parts.join("\n").replaceAll("\r\n", "\n")
}

const canonical = { sql, json, text: lines }
