import type { Analysis, ScriptProblem } from "../Analysis.ts"
import type { Unit } from "../Plan.ts"
import * as Dialect from "../sql/Dialect.ts"
import * as FirstTable from "../sql/FirstTable.ts"
import * as Findings from "../sql/Hazards.ts"
import * as Pattern from "../sql/Pattern.ts"
import * as Phrase from "../sql/Phrase.ts"
import * as RuleTable from "../sql/RuleTable.ts"
import * as Statements from "../sql/Statement.ts"
import * as Transaction from "../sql/Transaction.ts"
import * as Evidence from "./Evidence.ts"
import * as Hazards from "./Hazards.ts"
import { isKeyword } from "./Keywords.ts"
import * as Refusals from "./Refusals.ts"

type Sentence = Phrase.Sentence

const sentence = Phrase.sentenceIn(Dialect.greptimedb)

/**
 * Takes a rendered script apart: one statement is one request and one unit, recorded by itself. Nothing is
 * transactional here, so that what a migration says of its transaction makes no difference.
 */
export const analyse = (text: string): Analysis => {
  const { statements, problems } = Statements.split(text, Dialect.greptimedb)
  const { sentences, unwrapped } = Transaction.unwrap(statements.map(sentence))
  const hazards = Findings.of(sentences, Hazards.rules)
  return {
    mode: "journal",
    units: sentences.map(unit),
    unwrapped,
    problems: [...problems, ...sentences.flatMap(refusals)].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    warnings: [
      ...(unwrapped ? [noTransaction] : []),
      ...new Set(sentences.flatMap(spelling)),
      ...hazards.warnings
    ],
    destructive: hazards.destructive
  }
}

const noTransaction =
  "BEGIN … COMMIT is taken off and does nothing: GreptimeDB has no transactions, what ran before a failure stays"

const unit = ({ statement, phrase }: Sentence): Unit => ({
  atomic: false,
  statements: [statement],
  verify: Evidence.of(phrase)
})

const refusals = (found: Sentence): ReadonlyArray<ScriptProblem> => {
  if (Transaction.control(found) !== undefined) {
    return [Transaction.problem(found, "GreptimeDB has no transactions: take it out")]
  }
  const { statement, phrase } = found
  const { line } = statement
  const reason = RuleTable.first(Refusals.statements, phrase)?.rule.reason
  const inside = columns(phrase).flatMap(refusedPart)
  return [...(reason === undefined ? [] : [reason]), ...inside].map(text => ({ line, reason: text }))
}

const refusedPart = (part: Phrase.Phrase): ReadonlyArray<string> => {
  const reason = RuleTable.first(Refusals.parts, part)?.rule.reason
  if (reason !== undefined) return [reason]
  return Pattern.match(Refusals.autoIncrement, part) === undefined ? [] : [Refusals.autoIncrementReason]
}

const creation = Pattern.make("CREATE [EXTERNAL] TABLE [IF NOT EXISTS] <table> (")

/** What stands between the commas of CREATE TABLE: columns, and what is said of the table. */
const columns = (phrase: Phrase.Phrase): ReadonlyArray<Phrase.Phrase> => {
  const found = phrase.at(0) === "create" ? Pattern.match(creation, phrase) : undefined
  if (found === undefined) return []
  const end = Phrase.groupEnd(phrase, found.end - 1) - 1
  return Phrase.parts(
    { dialect: phrase.dialect, at: index => (index < end ? phrase.at(index) : "") },
    found.end
  )
}

const keywords = ({ phrase }: Sentence): ReadonlyArray<string> =>
  columns(phrase).flatMap(part => {
    const word = part.at(0)
    const isColumn = isKeyword(word) && RuleTable.first(Refusals.parts, part) === undefined
    return isColumn ? [`${word} is a word of GreptimeDB's SQL: as the name of a column write "${word}"`] : []
  })

const inserted = /^(?:insert|replace)\s+into\s+([^\s("`']*[A-Z][^\s("`']*)[\s\S]*\bvalues\b/i

/** Names that do not mean what they seem to. */
const spelling = (found: Sentence): ReadonlyArray<string> => {
  const [, name] = inserted.exec(found.statement.text) ?? []
  const exact =
    name === undefined || name === name.toLowerCase()
      ? []
      : [`INSERT … VALUES takes ${name} as it is written; everywhere else it is ${name.toLowerCase()}`]
  return [...keywords(found), ...exact]
}

const opening = Pattern.make("CREATE DATABASE|SCHEMA [IF NOT EXISTS] <database>")
const aboutDatabase = Pattern.make("CREATE|DROP|ALTER DATABASE|SCHEMA")

/** The database that a statement creates. */
export const createdDatabase = (text: string): string | undefined =>
  Pattern.match(opening, Phrase.make(text, Dialect.greptimedb))?.names["database"]?.[0]?.name

/** Whether a statement is about a database as a whole: then it is not sent to that database. */
export const isAboutDatabase = (text: string): boolean =>
  Pattern.match(aboutDatabase, Phrase.make(text, Dialect.greptimedb)) !== undefined

/** The table that a script creates or alters first. */
export const firstTable = FirstTable.finder(
  RuleTable.make([
    { pattern: Pattern.make("CREATE [EXTERNAL] TABLE [IF NOT EXISTS] <table>") },
    { pattern: Pattern.make("ALTER TABLE <table>") }
  ]),
  Dialect.greptimedb
)
