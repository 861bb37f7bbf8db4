import type { Statement, Step } from "../../domain/Plan.ts"
import * as Lexer from "../../domain/sql/Lexer.ts"
import type { Place } from "../store/Outcome.ts"
import type { Refused } from "./Fault.ts"
import { joined } from "./Message.ts"

/**
 * Finds the failing statement: by the text in which the server counted its position, else by the context
 * that names the statement (a run-time error has no position). Nothing is said when neither is known.
 */
export const locate = (step: Step, fault: Refused, unitIndex?: number): Place | undefined => {
  const units = unitIndex === undefined ? step.units : step.units.slice(unitIndex, unitIndex + 1)
  const statements = units.flatMap(unit => unit.statements)
  const { internalQuery, internalPosition } = fault
  if (internalQuery !== undefined && internalPosition !== undefined) {
    const offset = inQuery(internalQuery, internalPosition - 1, fault.sent)
    const exact = statements.find(({ text }) => text === internalQuery)
    if (exact !== undefined) return within(exact, offset)
    const unit = units.find(candidate => joined(candidate) === internalQuery)
    if (unit !== undefined) return inJoined(unit.statements, offset)
  }
  const context = contextOf(fault.where ?? "", statements)
  if (context !== undefined) return within(context.statement, inBlock(context, fault))
  const [only, another] = statements
  if (only === undefined || another !== undefined) return undefined
  return within(only, units.every(({ atomic }) => atomic) ? 0 : alone(only, fault))
}

/** A statement that was sent as it is: the position counts from its own beginning. */
const alone = (statement: Statement, fault: Refused): number =>
  fault.position === undefined
    ? inBlock({ statement, inside: fault.where ?? "" }, fault)
    : skip(statement.text, fault.position - 1)

/** Offset of a character: the server counts characters, we count UTF-16 units. */
const skip = (text: string, characters: number): number => {
  let at = 0
  for (let n = 0; n < characters && at < text.length; n++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}

/**
 * The server counts from the beginning of the query. In the body of a function or a DO block it counts from
 * the beginning of the message in which it has found that body: no other position lies inside a string.
 */
const inQuery = (query: string, characters: number, message = ""): number => {
  const offset = skip(query, characters)
  if (offset < query.length && !isQuoted(query, offset)) return offset
  const at = skip(message, characters)
  const start = message.lastIndexOf(query, at)
  return start !== -1 && at - start < query.length && isQuoted(query, at - start) ? at - start : offset
}

const isQuoted = (text: string, offset: number): boolean =>
  Lexer.scan(text).tokens.some(
    ({ kind, start, end }) => (kind === "dollar" || kind === "string") && start < offset && offset < end
  )

interface Context {
  readonly statement: Statement
  /** What happened inside of the statement, innermost first. */
  readonly inside: string
}

/** The statement that the last but one line of the context quotes; the last line is our own DO block. */
const contextOf = (where: string, statements: ReadonlyArray<Statement>): Context | undefined => {
  const quoted = where.slice(0, where.lastIndexOf("\n"))
  const end = quoted.length - 1
  let found: Context | undefined
  for (const statement of statements) {
    const start = end - statement.text.length
    if (start < 1 || !quoted.endsWith(statement.text, end) || /\s/.test(quoted.charAt(start - 1))) continue
    if (found !== undefined && found.statement.text.length >= statement.text.length) continue
    found = { statement, inside: quoted.slice(0, Math.max(0, quoted.lastIndexOf("\n", start))) }
  }
  return found
}

/** A DO block tells the line of its body, and the text of the statement in it when that has a position. */
const inBlock = ({ statement: { text }, inside }: Context, fault: Refused): number => {
  const line = /inline_code_block\D*(\d+)[^\n]*$/.exec(inside)?.[1]
  const body = Lexer.scan(text).tokens.find(({ kind }) => kind === "dollar" || kind === "string")
  if (line === undefined || body === undefined || !/^do\b/i.test(text)) return 0
  let from = body.start
  for (let n = 1; n < Number(line); n++) from = text.indexOf("\n", from) + 1 || text.length
  const inner = fault.internalQuery === undefined ? -1 : text.indexOf(fault.internalQuery, from)
  if (inner !== -1) return inner + skip(fault.internalQuery ?? "", (fault.internalPosition ?? 1) - 1)
  return from === body.start ? from : from + text.slice(from).search(/\S/)
}

const within = (statement: Statement, offset: number): Place => {
  const before = statement.text.slice(0, offset).split(/\r\n|\r|\n/)
  const last = before.at(-1) ?? ""
  return {
    statement: statement.text,
    line: statement.line + before.length - 1,
    column: before.length === 1 ? statement.column + last.length : last.length + 1
  }
}

const inJoined = (statements: ReadonlyArray<Statement>, offset: number): Place | undefined => {
  let left = offset
  for (const statement of statements) {
    if (left <= statement.text.length) return within(statement, left)
    left -= statement.text.length + 2
  }
  return undefined
}
