import type { Problem } from "./Lexer.ts"
import * as Pattern from "./Pattern.ts"
import type { Sentence } from "./Phrase.ts"
import * as RuleTable from "./RuleTable.ts"

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

const controls: RuleTable.RuleTable<Rule> = RuleTable.make([
  rule(`BEGIN [WORK|TRANSACTION] ${usual} $`, "opens"),
  rule(`BEGIN [WORK|TRANSACTION] ${every} $`, "opens", true),
  rule(`START TRANSACTION ${usual} $`, "opens"),
  rule(`START TRANSACTION ${every} $`, "opens", true),
  rule("COMMIT|END [WORK|TRANSACTION] [AND NO CHAIN] $", "commits"),
  rule("BEGIN|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE", "other"),
  rule("START|PREPARE TRANSACTION", "other")
])

/** `undefined` for every statement that is not transaction control. `SET TRANSACTION` is none. */
export const control = ({ phrase }: Sentence): Control | undefined => RuleTable.first(controls, phrase)?.rule

/** The keywords of a statement, for messages. */
const opening = ({ phrase }: Sentence): string => {
  const words = [phrase.at(0), ...["transaction", "prepared"].filter(word => word === phrase.at(1))]
  return words.join(" ").toUpperCase()
}

/** A problem where the statement stands. */
export const problem = (sentence: Sentence, reason: string): Problem => ({
  line: sentence.statement.line,
  reason: `${opening(sentence)}: ${reason}`
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
  sentences: ReadonlyArray<Sentence>
): {
  readonly sentences: ReadonlyArray<Sentence>
  readonly unwrapped: boolean
  readonly problems: ReadonlyArray<Problem>
  readonly warnings: ReadonlyArray<string>
} => {
  const first = sentences[0]
  const last = sentences.at(-1)
  const opener = first === undefined ? undefined : control(first)
  const unwrapped = opener?.does === "opens" && last !== undefined && control(last)?.does === "commits"
  const inner = unwrapped ? sentences.slice(1, -1) : sentences
  return {
    sentences: inner,
    unwrapped,
    problems: inner
      .filter(sentence => control(sentence) !== undefined)
      .map(sentence => problem(sentence, remedy)),
    warnings: unwrapped && opener.modes ? [modesLost] : []
  }
}
