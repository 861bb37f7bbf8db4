import type { Statement, Unit } from "../Plan.ts"
import * as Hazards from "./Hazards.ts"
import * as Lexer from "./Lexer.ts"
import * as Pattern from "./Pattern.ts"
import * as Phrase from "./Phrase.ts"
import * as Rules from "./PostgresqlRules.ts"
import * as Statements from "./Statement.ts"
import * as Transaction from "./Transaction.ts"

/** What a script for PostgreSQL would do. */
export interface Analysis {
  /** What is sent and recorded together, in order. Without meaning when there are problems. */
  readonly units: ReadonlyArray<Unit>
  /** A BEGIN … COMMIT around the whole script was taken off. */
  readonly unwrapped: boolean
  readonly problems: ReadonlyArray<{ readonly line?: number; readonly reason: string }>
  /** Short sentences. */
  readonly warnings: ReadonlyArray<string>
  /** Something would be lost that running the other direction does not bring back. */
  readonly destructive: boolean
}

type Parts = Pick<Analysis, "units" | "unwrapped" | "problems" | "warnings">

/** Takes a rendered script apart. `own`: one transaction for all of it; `none`: one unit per statement. */
export const analyse = (text: string, transaction: "own" | "none"): Analysis => {
  const { statements, problems } = Statements.split(text)
  const refused = statements.flatMap(refusal)
  const parts = transaction === "own" ? own(statements) : none(statements)
  const hazards = Hazards.of(statements)
  return {
    units: parts.units,
    unwrapped: parts.unwrapped,
    problems: [...problems, ...refused, ...parts.problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    warnings: [...parts.warnings, ...hazards.warnings],
    destructive: hazards.destructive
  }
}

const refusal = (statement: Statement): ReadonlyArray<Lexer.Problem> => {
  const found = Pattern.first(Rules.refusals, Phrase.make(statement.text))
  return found === undefined ? [] : [{ line: statement.line, reason: found.rule.reason }]
}

const standing = (statement: Statement) => Pattern.first(Rules.standings, Phrase.make(statement.text))

const insideTransaction = (
  statements: ReadonlyArray<Statement>,
  remedy: string
): ReadonlyArray<Lexer.Problem> =>
  statements.flatMap(statement => {
    const refused = standing(statement)?.rule.refused
    if (refused === undefined) return []
    return [{ line: statement.line, reason: `${refused} cannot run inside a transaction: ${remedy}` }]
  })

const own = (script: ReadonlyArray<Statement>): Parts => {
  const { statements, unwrapped, problems, warnings } = Transaction.unwrap(script)
  const remedy = "add the line -- bfm-transaction: none to the up file"
  return {
    units: [{ atomic: true, statements }],
    unwrapped,
    problems: [...problems, ...insideTransaction(statements, remedy)],
    warnings
  }
}

interface Block {
  readonly opener: Statement
  readonly statements: Array<Statement>
}

const none = (script: ReadonlyArray<Statement>): Parts => {
  const units: Array<Unit> = []
  const problems: Array<Lexer.Problem> = []
  const warnings = new Set<string>()
  let block: Block | undefined
  for (const statement of script) {
    const control = Transaction.control(statement)
    if (control === undefined) {
      if (block === undefined) single(statement, units, problems)
      else block.statements.push(statement)
    } else if (control.does === "opens" && block === undefined) {
      block = { opener: statement, statements: [] }
      if (control.modes) warnings.add(Transaction.modesLost)
    } else if (control.does === "commits" && block !== undefined) {
      units.push({ atomic: true, statements: block.statements })
      problems.push(...insideTransaction(block.statements, "put it outside of BEGIN … COMMIT"))
      block = undefined
    } else problems.push(Transaction.problem(statement, block === undefined ? outside : inside))
  }
  if (block !== undefined) problems.push(Transaction.problem(block.opener, "no COMMIT follows"))
  return { units, unwrapped: false, problems, warnings: [...warnings] }
}

const inside = "a BEGIN … COMMIT block is one step, done or not done: take it out"
const outside = "no BEGIN comes before: take it out"

/** A statement outside of a block: most are transactions of their own. */
const single = (statement: Statement, units: Array<Unit>, problems: Array<Lexer.Problem>): void => {
  const found = standing(statement)
  const tag = found?.rule.verify
  if (found === undefined || tag === undefined) {
    units.push({ atomic: true, statements: [statement] })
    return
  }
  if (tag === "Repeatable" || tag === "Unknown") {
    units.push({ atomic: false, statements: [statement], verify: { _tag: tag } })
    return
  }
  const { names } = found.match
  const [index, another] = names.index ?? []
  if (index === undefined) {
    problems.push({ line: statement.line, reason: "name the index so that it can be verified" })
  } else if (another !== undefined) {
    problems.push({
      line: statement.line,
      reason: "drop one index per statement, so that each can be verified"
    })
  } else {
    // A new index stands in the schema of its table.
    const schema = tag === "IndexBuilt" ? names.table?.[0]?.schema : index.schema
    const verify = { _tag: tag, ...(schema === undefined ? {} : { schema }), name: index.name }
    units.push({ atomic: false, statements: [statement], verify })
  }
}

/** The table that a script creates or alters first: the last part of its name. Reads no further than that. */
export const firstTable = (text: string): string | undefined => {
  if (!/\btable\b/i.test(text)) return undefined
  const scanner = Lexer.scanner(text)
  for (let span = Statements.next(scanner); span !== undefined; span = Statements.next(scanner)) {
    const found = Pattern.first(Rules.firstTables, Phrase.make(text.slice(span.start, span.end)))
    if (found !== undefined) return found.match.names.table?.[0]?.name
  }
  return undefined
}
