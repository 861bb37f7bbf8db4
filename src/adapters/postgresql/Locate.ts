import type { Statement, Step } from "../../domain/Plan.ts"
import type { Refused } from "./Fault.ts"
import { joined } from "./Message.ts"

/** Where in the source a statement failed. */
export interface Place {
  readonly statement: string
  readonly line: number
  readonly column: number
}

/**
 * Finds the failing statement: by the text in which the server counted its position, else by the context
 * that names the statement (a run-time error has no position). Nothing is said when neither is known.
 */
export const locate = (step: Step, fault: Refused, unitIndex?: number): Place | undefined => {
  const units = unitIndex === undefined ? step.units : step.units.slice(unitIndex, unitIndex + 1)
  const statements = units.flatMap(unit => unit.statements)
  const { internalQuery, internalPosition } = fault
  if (internalQuery !== undefined && internalPosition !== undefined) {
    const exact = statements.find(({ text }) => text === internalQuery)
    if (exact !== undefined) return within(exact, internalPosition - 1)
    const unit = units.find(candidate => joined(candidate) === internalQuery)
    if (unit !== undefined) return inJoined(unit.statements, internalPosition - 1)
  }
  const where = fault.where
  const named =
    where === undefined
      ? undefined
      : statements.find(({ text }) => where.includes(`"${text}"\nPL/pgSQL function inline_code_block`))
  const only = statements.length === 1 ? statements[0] : undefined
  const found = named ?? only
  // A statement that was sent alone: the position counts from its own beginning.
  const offset =
    fault.position !== undefined && found === only && unitIndex !== undefined ? fault.position - 1 : 0
  return found === undefined ? undefined : within(found, offset)
}

/** The server counts characters, not UTF-16 units. */
const within = (statement: Statement, characters: number): Place => {
  const before = [...statement.text]
    .slice(0, characters)
    .join("")
    .split(/\r\n|\r|\n/)
  const last = before.at(-1) ?? ""
  return {
    statement: statement.text,
    line: statement.line + before.length - 1,
    column: before.length === 1 ? statement.column + last.length : last.length + 1
  }
}

const inJoined = (statements: ReadonlyArray<Statement>, characters: number): Place | undefined => {
  let left = characters
  for (const statement of statements) {
    const length = [...statement.text].length
    if (left <= length) return within(statement, left)
    left -= length + 2
  }
  return undefined
}
