import type { Dialect } from "./Dialect.ts"
import * as Lexer from "./Lexer.ts"
import type * as Pattern from "./Pattern.ts"
import * as Phrase from "./Phrase.ts"
import * as RuleTable from "./RuleTable.ts"
import * as Statements from "./Statement.ts"

/** Finds the table that a script creates or alters first: the last part of its name. Reads no further than that. */
export const finder =
  (rules: RuleTable.RuleTable<{ readonly pattern: Pattern.Pattern }>, dialect: Dialect) =>
  (text: string): string | undefined => {
    if (!/\btable\b/i.test(text)) return undefined
    const scanner = Lexer.scanner(text, dialect)
    for (let span = Statements.next(scanner); span !== undefined; span = Statements.next(scanner)) {
      const found = RuleTable.first(rules, Phrase.make(text.slice(span.start, span.end), dialect))
      const [table] = found?.match.names.table ?? []
      if (table !== undefined) return table.name
    }
    return undefined
  }
