import type { Statement } from "../Plan.ts"
import type { Problem } from "./Lexer.ts"
import * as Pattern from "./Pattern.ts"
import * as Phrase from "./Phrase.ts"

/** What a statement does to the transaction around it. */
export interface Control {
  readonly does: "opens" | "commits" | "other"
  /** It asks for more than PostgreSQL's usual modes. */
  readonly modes: boolean
}

interface Rule extends Control {
  readonly pattern: Pattern.Pattern
}

const rule = (pattern: string, does: Control["does"], modes = false): Rule => ({
  pattern: Pattern.make(pattern),
  does,
  modes
})

const usual = "ISOLATION|LEVEL|READ|COMMITTED|UNCOMMITTED|WRITE|NOT|,*"
const every =
  "ISOLATION|LEVEL|READ|COMMITTED|UNCOMMITTED|WRITE|NOT|SERIALIZABLE|REPEATABLE|ONLY|DEFERRABLE|,*"

const controls: ReadonlyMap<string, ReadonlyArray<Rule>> = Pattern.index([
  rule(`BEGIN [WORK|TRANSACTION] ${usual} $`, "opens"),
  rule(`BEGIN [WORK|TRANSACTION] ${every} $`, "opens", true),
  rule(`START TRANSACTION ${usual} $`, "opens"),
  rule(`START TRANSACTION ${every} $`, "opens", true),
  rule("COMMIT|END [WORK|TRANSACTION] [AND NO CHAIN] $", "commits"),
  rule("BEGIN|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE", "other"),
  rule("START|PREPARE TRANSACTION", "other")
])

/** `undefined` for every statement that is not transaction control. `SET TRANSACTION` is none. */
export const control = (statement: Statement): Control | undefined =>
  Pattern.first(controls, Phrase.make(statement.text))?.rule

/** The keywords of a statement, for messages. */
const opening = (statement: Statement): string => {
  const phrase = Phrase.make(statement.text)
  const words = [phrase.at(0), ...["transaction", "prepared"].filter(word => word === phrase.at(1))]
  return words.join(" ").toUpperCase()
}

/** A problem where the statement stands. */
export const problem = (statement: Statement, reason: string): Problem => ({
  line: statement.line,
  reason: `${opening(statement)}: ${reason}`
})

const remedy =
  "the script runs in one transaction of its own; take it out, or add the line -- bfm-transaction: none to the up file"

export const modesLost =
  "the transaction modes of BEGIN are not kept: say SET TRANSACTION in the script instead"

/**
 * Takes off a transaction around the whole script: the first statement opens and the last one commits it.
 * Transaction control anywhere else is a problem.
 */
export const unwrap = (
  statements: ReadonlyArray<Statement>
): {
  readonly statements: ReadonlyArray<Statement>
  readonly unwrapped: boolean
  readonly problems: ReadonlyArray<Problem>
  readonly warnings: ReadonlyArray<string>
} => {
  const first = statements[0]
  const last = statements.at(-1)
  const opener = first === undefined ? undefined : control(first)
  const unwrapped = opener?.does === "opens" && last !== undefined && control(last)?.does === "commits"
  const inner = unwrapped ? statements.slice(1, -1) : statements
  return {
    statements: inner,
    unwrapped,
    problems: inner
      .filter(statement => control(statement) !== undefined)
      .map(statement => problem(statement, remedy)),
    warnings: unwrapped && opener.modes ? [modesLost] : []
  }
}
