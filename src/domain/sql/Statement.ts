import type { Statement } from "../Plan.ts"
import { Code } from "./Characters.ts"
import { type Dialect, postgresql } from "./Dialect.ts"
import * as Lexer from "./Lexer.ts"
import { lineColumn, locator } from "./Position.ts"
import { lineEnd } from "./Quotes.ts"

/** Where a statement stands: from its first token to its last, without the semicolon. */
export interface Span {
  readonly start: number
  readonly end: number
}

type Body =
  /** Not the beginning of a function. */
  | "none"
  /** After CREATE, or CREATE OR REPLACE. */
  | "create"
  /** In CREATE FUNCTION or PROCEDURE, before its body. */
  | "function"
  /** After BEGIN. */
  | "begin"
  /** After BEGIN ATOMIC, or a semicolon in there. */
  | "boundary"
  /** In a statement of the body. */
  | "atomic"

const after: Record<Body, ReadonlyMap<string, Body>> = {
  none: new Map(),
  create: new Map([
    ["or", "create"],
    ["replace", "create"],
    ["function", "function"],
    ["procedure", "function"]
  ]),
  function: new Map([["begin", "begin"]]),
  begin: new Map([
    ["begin", "begin"],
    ["atomic", "boundary"]
  ]),
  boundary: new Map([["end", "function"]]),
  atomic: new Map()
}

const otherwise: Record<Body, Body> = {
  none: "none",
  create: "none",
  function: "function",
  begin: "function",
  boundary: "atomic",
  atomic: "atomic"
}

/**
 * How a token moves the state. The body of BEGIN ATOMIC ends with the END that follows a semicolon: each of its
 * statements ends with one, so an END of a CASE never does, and no statement begins with END there.
 */
const step = (body: Body, { text, kind, start, end }: Lexer.Scanner): Body => {
  if (kind !== "word") return otherwise[body]
  return after[body].get(text.slice(start, end).toLowerCase()) ?? otherwise[body]
}

const isCreate = ({ text, kind, start, end }: Lexer.Scanner): boolean =>
  kind === "word" && end - start === 6 && text.slice(start, end).toLowerCase() === "create"

/** A statement while it is read; `start` is -1 before its first token. */
interface Open {
  start: number
  end: number
  /** Parentheses around the place, and where the outermost begins. */
  depth: number
  group: number
  body: Body
  /** Where its BEGIN ATOMIC stands. */
  atomic: number
}

const isInside = ({ depth, body }: Open): boolean => depth > 0 || body === "atomic" || body === "boundary"

/** Takes the scanner's token into the statement; `code` is its character when it is punctuation. */
const take = (open: Open, scanner: Lexer.Scanner, code: number): void => {
  if (open.start === -1) {
    open.start = scanner.start
    open.body = isCreate(scanner) ? "create" : "none"
  } else if (open.body !== "none" && open.depth === 0) {
    if (open.body === "begin") open.atomic = scanner.start
    open.body = code === Code.semicolon ? "boundary" : step(open.body, scanner)
  }
  if (code === Code.open) {
    if (open.depth === 0) open.group = scanner.start
    open.depth += 1
  } else if (code === Code.close && open.depth > 0) open.depth -= 1
  open.end = scanner.end
}

/** The next statement at the scanner's place; `undefined` at the end of the text. Empty ones are passed over. */
export const next = (scanner: Lexer.Scanner): Span | undefined => {
  const { text } = scanner
  const open: Open = { start: -1, end: 0, depth: 0, group: 0, body: "none", atomic: 0 }
  while (Lexer.next(scanner)) {
    if (scanner.kind === "psql") {
      if (open.start === -1) return { start: scanner.start, end: scanner.end }
      scanner.end = scanner.start
      return open
    }
    const code = scanner.kind === "punctuation" ? text.charCodeAt(scanner.start) : 0
    if (code !== Code.semicolon || isInside(open)) take(open, scanner, code)
    else if (open.start !== -1) {
      skipData(scanner, open.start)
      return open
    }
  }
  if (open.depth > 0) unclosed(scanner, open.group, "( is never closed with )")
  else if (isInside(open)) unclosed(scanner, open.atomic, "BEGIN ATOMIC is never ended with END")
  return open.start === -1 ? undefined : open
}

/** Nothing when something inside is unclosed already: it has taken the end with it. */
const unclosed = (scanner: Lexer.Scanner, offset: number, reason: string): void => {
  if (scanner.problems.length > 0) return
  scanner.problems.push({ line: lineColumn(scanner.text, offset).line, reason: `this ${reason}` })
}

const COPY = /^copy\b[\s\S]*\bfrom\s+stdin\b/i

/** Goes to the end of the data behind COPY … FROM stdin, which are no SQL: to the line `\.`, if there is one. */
const skipData = (scanner: Lexer.Scanner, start: number): void => {
  const { text } = scanner
  if ((text.charCodeAt(start) | 32) !== Code.c || !COPY.test(text.slice(start, scanner.start))) return
  const last = text.indexOf("\n\\.", scanner.end)
  if (last !== -1) scanner.end = lineEnd(text, last + 1)
}

/**
 * The statements of a script, each exactly as it stands there. Those that are empty or only a comment vanish;
 * a psql command stands alone.
 */
export const split = (
  text: string,
  dialect: Dialect = postgresql
): { readonly statements: ReadonlyArray<Statement>; readonly problems: ReadonlyArray<Lexer.Problem> } => {
  const scanner = Lexer.scanner(text, dialect)
  const locate = locator(text)
  const nul = text.indexOf("\0")
  if (nul !== -1) {
    scanner.problems.push({
      line: locate(nul).line,
      reason: "a NUL character stands here, which no SQL can hold"
    })
  }
  const statements: Array<Statement> = []
  for (let span = next(scanner); span !== undefined; span = next(scanner)) {
    statements.push({ text: text.slice(span.start, span.end), ...locate(span.start) })
  }
  return { statements, problems: scanner.problems }
}
