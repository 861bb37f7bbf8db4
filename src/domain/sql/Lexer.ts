import { Class, Code, classOf } from "./Characters.ts"
import * as Dialect from "./Dialect.ts"
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

/** Something that the store will not read. */
export interface Problem {
  readonly line: number
  readonly reason: string
}

/** A place in a text: its fields are the token that `next` found last. */
export interface Scanner {
  readonly text: string
  readonly dialect: Dialect.Dialect
  kind: TokenKind
  start: number
  end: number
  readonly problems: Array<Problem>
}

/** Stands before the first token. */
export const scanner = (text: string, dialect: Dialect.Dialect = Dialect.postgresql): Scanner => {
  const begin = hasByteOrderMark(text) ? 1 : 0
  return { text, dialect, kind: "punctuation", start: begin, end: begin, problems: [] }
}

/** Where the blanks and comments at the scanner's place end. */
const skip = (scanner: Scanner): number => {
  const { text } = scanner
  let at = scanner.end
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (classOf(code) === Class.blank) at += 1
    else if (code === Code.dash && text.charCodeAt(at + 1) === Code.dash) at = Quotes.lineEnd(text, at)
    else if (code === Code.slash && text.charCodeAt(at + 1) === Code.star) {
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

const string = (scanner: Scanner, start: number, quote: number): number => {
  const { text } = scanner
  scanner.kind = "string"
  const letter = text.charAt(start)
  let at = quote
  for (;;) {
    const end = Quotes.stringEnd(text, letter, at + 1)
    if (end === -1) return closed(scanner, start, end, "string is never closed with '")
    at = Quotes.continuation(text, end)
    if (at === -1) return end
  }
}

const quoted = (scanner: Scanner, start: number, quote: number, mark: '"' | "`" = '"'): number => {
  scanner.kind = "quoted"
  const end = Quotes.doubledEnd(scanner.text, quote + 1, mark)
  return closed(scanner, start, end, `name is never closed with ${mark}`)
}

const TEMPLATE = /\{\{[ \t]*\.[A-Za-z0-9_.]+[ \t]*\}\}/y

/** Where a template placeholder at `at` ends, or `at`: it is part of the name that it stands in. */
const templateEnd = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== Code.brace || text.charCodeAt(at + 1) !== Code.brace) return at
  TEMPLATE.lastIndex = at
  const found = TEMPLATE.exec(text)
  return found === null ? at : at + found[0].length
}

const wordEnd = (text: string, from: number): number => {
  let at = from
  for (;;) {
    while (at < text.length) {
      const kind = classOf(text.charCodeAt(at))
      if (kind !== Class.word && kind !== Class.digit && kind !== Class.dollar) break
      at += 1
    }
    const end = templateEnd(text, at)
    if (end === at) return at
    at = end
  }
}

/** A word, or what a letter before a quote begins: `E'…'`, `U&'…'`, `U&"…"`. */
const word = (scanner: Scanner, start: number): number => {
  const { text, dialect } = scanner
  const second = text.charCodeAt(start + 1)
  if (second === Code.single && dialect.prefixes.includes(text.charAt(start)))
    return string(scanner, start, start + 1)
  if (second === Code.ampersand && dialect.unicodeEscapes && "uU".includes(text.charAt(start))) {
    const third = text.charCodeAt(start + 2)
    if (third === Code.single) return string(scanner, start, start + 2)
    if (third === Code.double) return quoted(scanner, start, start + 2)
  }
  scanner.kind = "word"
  return wordEnd(text, start)
}

const NUMBER =
  /0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y

const number = (scanner: Scanner, start: number): number => {
  const { text } = scanner
  scanner.kind = "number"
  let at = start
  while (classOf(text.charCodeAt(at)) === Class.digit) at += 1
  // Most numbers are plain: the expression is for the rest.
  if (text.charCodeAt(at) !== Code.dot && classOf(text.charCodeAt(at)) !== Class.word) return at
  NUMBER.lastIndex = start
  return start + (NUMBER.exec(text)?.[0].length ?? 1)
}

/** `$1`, `$tag$…$tag$`, or a dollar sign alone. */
const dollar = (scanner: Scanner, start: number): number => {
  const { text } = scanner
  let at = start + 1
  while (classOf(text.charCodeAt(at)) === Class.digit) at += 1
  const tag = at > start + 1 ? undefined : Quotes.dollarTag(text, start)
  if (tag === undefined) {
    scanner.kind = at > start + 1 ? "parameter" : "punctuation"
    return at
  }
  scanner.kind = "dollar"
  const close = text.indexOf(tag, start + tag.length)
  return closed(scanner, start, close === -1 ? -1 : close + tag.length, `string is never closed with ${tag}`)
}

const SPECIAL = /[~!@#^&|`?%]/

const isSign = (code: number): boolean => code === Code.plus || code === Code.dash

/** A run of operator characters, cut at a comment; PostgreSQL lets only some operators end in + or -. */
const operator = (scanner: Scanner, start: number): number => {
  const { text, dialect } = scanner
  if (dialect.backticks && text.charCodeAt(start) === Code.backtick) return quoted(scanner, start, start, "`")
  scanner.kind = "operator"
  let at = start + 1
  while (classOf(text.charCodeAt(at)) === Class.operator) {
    const code = text.charCodeAt(at)
    if (code === Code.backtick && dialect.backticks) break
    const following = text.charCodeAt(at + 1)
    if ((code === Code.dash && following === Code.dash) || (code === Code.slash && following === Code.star))
      break
    at += 1
  }
  if (at === start + 1 || !isSign(text.charCodeAt(at - 1))) return at
  if (SPECIAL.test(text.slice(start, at - 1))) return at
  while (at > start + 1 && isSign(text.charCodeAt(at - 1))) at -= 1
  return at
}

const other = (scanner: Scanner, start: number): number => {
  const { text } = scanner
  const code = text.charCodeAt(start)
  const following = text.charCodeAt(start + 1)
  if (code === Code.dot && classOf(following) === Class.digit) return number(scanner, start)
  const end = templateEnd(text, start)
  if (end > start) {
    scanner.kind = "word"
    return wordEnd(text, end)
  }
  scanner.kind = "punctuation"
  const double =
    (code === Code.colon && (following === Code.colon || following === Code.equals)) ||
    (code === Code.dot && following === Code.dot)
  return start + (double ? 2 : 1)
}

/** Where the token that begins at `start` ends; its kind is set. */
const read = (scanner: Scanner, start: number): number => {
  const { text } = scanner
  switch (classOf(text.charCodeAt(start))) {
    case Class.word:
      return word(scanner, start)
    case Class.digit:
      return number(scanner, start)
    case Class.operator:
      return operator(scanner, start)
    case Class.quote:
      return string(scanner, start, start)
    case Class.doubleQuote:
      return quoted(scanner, start, start)
    case Class.dollar:
      return dollar(scanner, start)
    case Class.backslash:
      scanner.kind = "psql"
      return Quotes.lineEnd(text, start)
    default:
      return other(scanner, start)
  }
}

/** Goes to the next token; false at the end of the text. Unclosed things end there, with a problem. */
export const next = (scanner: Scanner): boolean => {
  scanner.start = skip(scanner)
  const found = scanner.start < scanner.text.length
  scanner.end = found ? read(scanner, scanner.start) : scanner.start
  return found
}

/** All tokens at once. */
export const scan = (
  text: string,
  dialect: Dialect.Dialect = Dialect.postgresql
): { readonly tokens: ReadonlyArray<Token>; readonly problems: ReadonlyArray<Problem> } => {
  const at = scanner(text, dialect)
  const tokens: Array<Token> = []
  while (next(at)) tokens.push({ kind: at.kind, start: at.start, end: at.end })
  return { tokens, problems: at.problems }
}

export { lineColumn } from "./Position.ts"
