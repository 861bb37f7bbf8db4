import { hasByteOrderMark, lineColumn } from "./Position.ts"
import * as Quotes from "./Quotes.ts"

// Written by hand because the server's own scanner, compiled for JavaScript, takes seconds for what a plan
// reads (10 000 scripts, single ones of 5 MB) and knows nothing of template braces.

export type TokenKind =
  | "word"
  | "quoted"
  | "string"
  | "dollar"
  | "number"
  | "parameter"
  | "operator"
  | "punctuation"
  /** A psql command: from its backslash to the end of the line. */
  | "psql"

/** Offsets into the text; comments and blanks are no tokens. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
}

/** Something that PostgreSQL will not read. */
export interface Problem {
  readonly line: number
  readonly reason: string
}

/** A place in a text, moved by `next`. */
export interface Scanner {
  readonly text: string
  offset: number
  readonly problems: Array<Problem>
}

export const scanner = (text: string): Scanner => ({
  text,
  offset: hasByteOrderMark(text) ? 1 : 0,
  problems: []
})

const OTHER = 0
const BLANK = 1
const WORD = 2
const DIGIT = 3
const OPERATOR = 4
const QUOTE = 5
const DOUBLE_QUOTE = 6
const DOLLAR = 7
const BACKSLASH = 8

const classes = new Uint8Array(128)
const classify = (characters: string, kind: number) => {
  for (const character of characters) classes[character.charCodeAt(0)] = kind
}
classify(" \t\n\r\f\v", BLANK)
classify("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", WORD)
classify("0123456789", DIGIT)
classify("~!@#^&|`?+-*/%<>=", OPERATOR)
classify("'", QUOTE)
classify('"', DOUBLE_QUOTE)
classify("$", DOLLAR)
classify("\\", BACKSLASH)

/** Every character beyond ASCII may stand in a name. */
const classOf = (code: number): number => (code < 128 ? (classes[code] ?? OTHER) : WORD)

const DASH = 45
const SLASH = 47
const STAR = 42
const PLUS = 43

/** Where the blanks and comments at the scanner's place end. */
const skip = (scanner: Scanner): number => {
  const { text } = scanner
  let at = scanner.offset
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code < 128 && classes[code] === BLANK) at += 1
    else if (code === DASH && text.charCodeAt(at + 1) === DASH) at = Quotes.lineEnd(text, at)
    else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      at = closed(scanner, at, Quotes.commentEnd(text, at + 2), "comment /* is never closed with */")
    } else break
  }
  return at
}

/** The end that was found, or the end of the text with a problem where the thing began. */
const closed = (scanner: Scanner, start: number, end: number, reason: string): number => {
  if (end !== -1) return end
  scanner.problems.push({ line: lineColumn(scanner.text, start).line, reason: `this ${reason}` })
  return scanner.text.length
}

const stringEnd = (scanner: Scanner, start: number, quote: number): number => {
  const { text } = scanner
  const escaped = text[start] === "E" || text[start] === "e"
  let at = quote
  for (;;) {
    const end = escaped ? Quotes.escapedEnd(text, at + 1) : Quotes.doubledEnd(text, at + 1, "'")
    if (end === -1) return closed(scanner, start, end, "string is never closed with '")
    at = Quotes.continuation(text, end)
    if (at === -1) return end
  }
}

const quotedEnd = (scanner: Scanner, start: number, quote: number): number =>
  closed(scanner, start, Quotes.doubledEnd(scanner.text, quote + 1, '"'), 'name is never closed with "')

const TEMPLATE = /\{\{[ \t]*\.[A-Za-z0-9_.]+[ \t]*\}\}/y

/** Where a template placeholder at `at` ends, or `at`: it is part of the name that it stands in. */
const templateEnd = (text: string, at: number): number => {
  if (text[at] !== "{" || text[at + 1] !== "{") return at
  TEMPLATE.lastIndex = at
  const found = TEMPLATE.exec(text)
  return found === null ? at : at + found[0].length
}

const wordEnd = (text: string, from: number): number => {
  let at = from
  for (;;) {
    while (at < text.length) {
      const kind = classOf(text.charCodeAt(at))
      if (kind !== WORD && kind !== DIGIT && kind !== DOLLAR) break
      at += 1
    }
    const end = templateEnd(text, at)
    if (end === at) return at
    at = end
  }
}

const word = (scanner: Scanner, start: number): Token => {
  const { text } = scanner
  const second = text.charCodeAt(start + 1)
  if (second === 39 && "eEbBxXnN".includes(text[start] ?? " ")) {
    return { kind: "string", start, end: stringEnd(scanner, start, start + 1) }
  }
  if (second === 38 && (text[start] === "U" || text[start] === "u")) {
    if (text[start + 2] === "'") return { kind: "string", start, end: stringEnd(scanner, start, start + 2) }
    if (text[start + 2] === '"') return { kind: "quoted", start, end: quotedEnd(scanner, start, start + 2) }
  }
  return { kind: "word", start, end: wordEnd(text, start) }
}

const NUMBER =
  /0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y

const number = (text: string, start: number): Token => {
  NUMBER.lastIndex = start
  return { kind: "number", start, end: start + (NUMBER.exec(text)?.[0].length ?? 1) }
}

const dollar = (scanner: Scanner, start: number): Token => {
  const { text } = scanner
  let at = start + 1
  while (classOf(text.charCodeAt(at)) === DIGIT) at += 1
  if (at > start + 1) return { kind: "parameter", start, end: at }
  const tag = Quotes.dollarTag(text, start)
  if (tag === undefined) return { kind: "punctuation", start, end: at }
  const close = text.indexOf(tag, start + tag.length)
  const end = close === -1 ? -1 : close + tag.length
  return { kind: "dollar", start, end: closed(scanner, start, end, `string is never closed with ${tag}`) }
}

const SPECIAL = /[~!@#^&|`?%]/

/** A run of operator characters, cut at a comment; PostgreSQL lets only some operators end in + or -. */
const operatorEnd = (text: string, start: number): number => {
  let at = start + 1
  while (classOf(text.charCodeAt(at)) === OPERATOR) {
    const [code, following] = [text.charCodeAt(at), text.charCodeAt(at + 1)]
    if ((code === DASH && following === DASH) || (code === SLASH && following === STAR)) break
    at += 1
  }
  const isSign = (code: number) => code === PLUS || code === DASH
  if (at === start + 1 || !isSign(text.charCodeAt(at - 1))) return at
  if (SPECIAL.test(text.slice(start, at - 1))) return at
  while (at > start + 1 && isSign(text.charCodeAt(at - 1))) at -= 1
  return at
}

const other = (text: string, start: number): Token => {
  const end = templateEnd(text, start)
  if (end > start) return { kind: "word", start, end: wordEnd(text, end) }
  if (text[start] === "." && classOf(text.charCodeAt(start + 1)) === DIGIT) return number(text, start)
  const pair = text.slice(start, start + 2)
  const length = pair === "::" || pair === ":=" || pair === ".." ? 2 : 1
  return { kind: "punctuation", start, end: start + length }
}

const read = (scanner: Scanner, start: number): Token => {
  const { text } = scanner
  switch (classOf(text.charCodeAt(start))) {
    case WORD:
      return word(scanner, start)
    case DIGIT:
      return number(text, start)
    case OPERATOR:
      return { kind: "operator", start, end: operatorEnd(text, start) }
    case QUOTE:
      return { kind: "string", start, end: stringEnd(scanner, start, start) }
    case DOUBLE_QUOTE:
      return { kind: "quoted", start, end: quotedEnd(scanner, start, start) }
    case DOLLAR:
      return dollar(scanner, start)
    case BACKSLASH:
      return { kind: "psql", start, end: Quotes.lineEnd(text, start) }
    default:
      return other(text, start)
  }
}

/** The next token; `undefined` at the end of the text. Unclosed things end there, with a problem. */
export const next = (scanner: Scanner): Token | undefined => {
  const start = skip(scanner)
  if (start >= scanner.text.length) {
    scanner.offset = start
    return undefined
  }
  const token = read(scanner, start)
  scanner.offset = token.end
  return token
}

/** All tokens at once. */
export const scan = (
  text: string
): { readonly tokens: ReadonlyArray<Token>; readonly problems: ReadonlyArray<Problem> } => {
  const at = scanner(text)
  const tokens: Array<Token> = []
  for (let token = next(at); token !== undefined; token = next(at)) tokens.push(token)
  return { tokens, problems: at.problems }
}

/** A word as PostgreSQL compares it: only ASCII letters are folded. */
export const fold = (word: string): string => {
  const lower = word.toLowerCase()
  return lower.length === word.length && !BEYOND_ASCII.test(word)
    ? lower
    : word.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}

const BEYOND_ASCII = /[\u0080-\uffff]/

export { lineColumn } from "./Position.ts"
