import type { Statement } from "../Plan.ts"
import * as Lexer from "./Lexer.ts"
import { locator } from "./Position.ts"

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
const step = (body: Body, text: string, token: Lexer.Token): Body => {
  if (body === "none") return body
  if (token.kind !== "word") return otherwise[body]
  return wordBefore[body][text.slice(token.start, token.end).toLowerCase()] ?? otherwise[body]
}

const isCreate = (text: string, token: Lexer.Token): boolean =>
  token.kind === "word" &&
  token.end - token.start === 6 &&
  text.slice(token.start, token.end).toLowerCase() === "create"

const SEMICOLON = 59
const OPEN = 40
const CLOSE = 41

/** The next statement at the scanner's place; `undefined` at the end of the text. Empty ones are passed over. */
export const next = (scanner: Lexer.Scanner): Span | undefined => {
  const { text } = scanner
  let first: Lexer.Token | undefined
  let end = 0
  let depth = 0
  let body: Body = "none"
  for (;;) {
    const before = scanner.offset
    const token = Lexer.next(scanner)
    if (token === undefined) break
    if (token.kind === "psql") {
      if (first === undefined) return token
      scanner.offset = before
      break
    }
    const code = token.kind === "punctuation" ? text.charCodeAt(token.start) : 0
    const inside = depth > 0 || body === "atomic" || body === "boundary"
    if (code === SEMICOLON && !inside) {
      if (first !== undefined) break
      continue
    }
    if (first === undefined) {
      first = token
      body = isCreate(text, token) ? "create" : "none"
    } else if (depth === 0) body = code === SEMICOLON ? "boundary" : step(body, text, token)
    if (code === OPEN) depth += 1
    else if (code === CLOSE && depth > 0) depth -= 1
    end = token.end
  }
  return first === undefined ? undefined : { start: first.start, end }
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
