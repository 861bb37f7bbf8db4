import type { Statement } from "../Plan.ts"
import { Code } from "./Characters.ts"
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

const wordBefore: Record<Body, Record<string, Body>> = {
  none: {},
  create: { or: "create", replace: "create", function: "function", procedure: "function" },
  function: { begin: "begin" },
  begin: { begin: "begin", atomic: "boundary" },
  boundary: { end: "function" },
  atomic: {}
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
  return wordBefore[body][text.slice(start, end).toLowerCase()] ?? otherwise[body]
}

const is = (scanner: Lexer.Scanner, word: string): boolean =>
  scanner.kind === "word" &&
  scanner.end - scanner.start === word.length &&
  scanner.text.slice(scanner.start, scanner.end).toLowerCase() === word

/** The next statement at the scanner's place; `undefined` at the end of the text. Empty ones are passed over. */
export const next = (scanner: Lexer.Scanner): Span | undefined => {
  const { text } = scanner
  let start = -1
  let end = 0
  let depth = 0
  let opened = 0
  let body: Body = "none"
  while (Lexer.next(scanner)) {
    if (scanner.kind === "psql") {
      if (start === -1) return { start: scanner.start, end: scanner.end }
      scanner.end = scanner.start
      return { start, end }
    }
    const code = scanner.kind === "punctuation" ? text.charCodeAt(scanner.start) : 0
    if (code === Code.semicolon && depth === 0 && body !== "atomic" && body !== "boundary") {
      if (start === -1) continue
      skipData(scanner, start)
      return { start, end }
    }
    if (start === -1) {
      start = scanner.start
      body = is(scanner, "create") ? "create" : "none"
    } else if (body !== "none" && depth === 0) {
      body = code === Code.semicolon ? "boundary" : step(body, scanner)
      if (code !== Code.semicolon && body === "boundary") opened = scanner.start
    }
    if (code === Code.open && depth++ === 0 && body !== "atomic") opened = scanner.start
    else if (code === Code.close && depth > 0) depth -= 1
    end = scanner.end
  }
  if (depth > 0) unclosed(scanner, opened, "( is never closed with )")
  else if (body === "atomic" || body === "boundary")
    unclosed(scanner, opened, "BEGIN ATOMIC is never ended with END")
  return start === -1 ? undefined : { start, end }
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
  text: string
): { readonly statements: ReadonlyArray<Statement>; readonly problems: ReadonlyArray<Lexer.Problem> } => {
  const scanner = Lexer.scanner(text)
  const locate = locator(text)
  const statements: Array<Statement> = []
  for (let span = next(scanner); span !== undefined; span = next(scanner)) {
    statements.push({ text: text.slice(span.start, span.end), ...locate(span.start) })
  }
  return { statements, problems: scanner.problems }
}
