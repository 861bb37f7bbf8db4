import type { Analysis } from "../Analysis.ts"
import type { Statement, Unit } from "../Plan.ts"
import * as AlterTable from "./AlterTableRules.ts"
import * as Dialect from "./Dialect.ts"
import * as FirstTable from "./FirstTable.ts"
import * as Hazards from "./Hazards.ts"
import type * as Lexer from "./Lexer.ts"
import * as Phrase from "./Phrase.ts"
import * as Rules from "./PostgresqlRules.ts"
import * as RuleTable from "./RuleTable.ts"
import * as Statements from "./Statement.ts"
import * as Transaction from "./Transaction.ts"

const hazardRules: Hazards.Rules = {
  statements: Rules.hazards,
  belongings: Rules.belongings,
  opening: AlterTable.opening,
  actions: AlterTable.actions,
  usual: AlterTable.usual
}

type Sentence = Phrase.Sentence
type Parts = Pick<Analysis, "units" | "unwrapped" | "problems" | "warnings">

/** Takes a rendered script apart. `own`: one transaction for all of it; `none`: one unit per statement. */
export const analyse = (text: string, transaction: "own" | "none"): Analysis => {
  const { statements, problems } = Statements.split(text)
  const sentences = statements.map(Phrase.sentence)
  const parts = transaction === "own" ? own(sentences) : none(sentences)
  const hazards = Hazards.of(sentences, hazardRules)
  return {
    mode: transaction === "own" ? "transaction" : "journal",
    units: parts.units,
    unwrapped: parts.unwrapped,
    problems: [...problems, ...sentences.flatMap(refusal), ...parts.problems].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0)
    ),
    warnings: [...parts.warnings, ...hazards.warnings],
    destructive: hazards.destructive
  }
}

const refusal = ({ statement, phrase }: Sentence): ReadonlyArray<Lexer.Problem> => {
  const found = RuleTable.first(Rules.refusals, phrase)
  return found === undefined ? [] : [{ line: statement.line, reason: found.rule.reason }]
}

const statementOf = ({ statement }: Sentence): Statement => statement

const insideTransaction = (
  sentences: ReadonlyArray<Sentence>,
  remedy: string
): ReadonlyArray<Lexer.Problem> =>
  sentences.flatMap(({ statement, phrase }) => {
    const refused = RuleTable.first(Rules.standings, phrase)?.rule.refused
    if (refused === undefined) return []
    return [{ line: statement.line, reason: `${refused} cannot run inside a transaction: ${remedy}` }]
  })

const own = (script: ReadonlyArray<Sentence>): Parts => {
  const { sentences, unwrapped, problems, warnings } = Transaction.unwrap(script)
  const remedy = "add the line -- bfm-transaction: none to the up file"
  return {
    units: [{ atomic: true, statements: sentences.map(statementOf) }],
    unwrapped,
    problems: [...problems, ...insideTransaction(sentences, remedy)],
    warnings
  }
}

interface Block {
  readonly opener: Sentence
  readonly sentences: Array<Sentence>
}

const none = (script: ReadonlyArray<Sentence>): Parts => {
  const units: Array<Unit> = []
  const problems: Array<Lexer.Problem> = []
  const warnings = new Set<string>()
  let block: Block | undefined
  for (const sentence of script) {
    const control = Transaction.control(sentence)
    if (control === undefined) {
      if (block === undefined) {
        single(sentence, units, problems)
        if (RuleTable.first(Rules.settings, sentence.phrase) !== undefined) warnings.add(settingsLost)
      } else block.sentences.push(sentence)
    } else if (control.does === "opens" && block === undefined) {
      block = { opener: sentence, sentences: [] }
      if (control.modes) warnings.add(Transaction.modesLost)
    } else if (control.does === "commits" && block !== undefined) {
      if (block.sentences.length > 0) {
        units.push({ atomic: true, statements: block.sentences.map(statementOf) })
      }
      problems.push(...insideTransaction(block.sentences, "put it outside of BEGIN … COMMIT"))
      block = undefined
    } else problems.push(Transaction.problem(sentence, block === undefined ? outside : inside))
  }
  if (block !== undefined) problems.push(Transaction.problem(block.opener, "no COMMIT follows"))
  const whole = Transaction.unwrap(script)
  const unwrapped = whole.unwrapped && whole.problems.length === 0
  return { units, unwrapped, problems, warnings: [...warnings] }
}

const settingsLost =
  "SET outside of BEGIN … COMMIT reaches no other statement: without a transaction each has a fresh session"
const inside = "a BEGIN … COMMIT block is one step, done or not done: take it out"
const outside = "no BEGIN comes before: take it out"

/** A statement outside of a block: most are transactions of their own. */
const single = (
  { statement, phrase }: Sentence,
  units: Array<Unit>,
  problems: Array<Lexer.Problem>
): void => {
  const found = RuleTable.first(Rules.standings, phrase)
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

/** The table that a script creates or alters first. */
export const firstTable = FirstTable.finder(Rules.firstTables, Dialect.postgresql)
