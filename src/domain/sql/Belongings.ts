import * as Name from "./Name.ts"
import type * as Pattern from "./Pattern.ts"
import type { Phrase } from "./Phrase.ts"
import * as RuleTable from "./RuleTable.ts"

/**
 * What a statement does to the tables that a script itself has made: `made` and was surely not there before, `perhaps`
 * made, `renamed` (`<table>` to `<name>`), `gone` from under its name; or `others`: names mean other tables from now on.
 */
export interface Belonging {
  readonly pattern: Pattern.Pattern
  readonly fate: "made" | "perhaps" | "renamed" | "gone" | "others"
}

/** Whether each table that the script made was surely not there before, by its name as people read it. */
export type Belongings = Map<string, boolean>

/** The tables after one more statement. */
export const follow = (own: Belongings, phrase: Phrase, belongings: RuleTable.RuleTable<Belonging>): void => {
  // Nothing can happen to tables that were never made: most scripts make none before their last statement.
  if (own.size === 0 && phrase.at(0) !== "create") return
  const found = RuleTable.first(belongings, phrase)
  if (found === undefined) return
  if (found.rule.fate === "others") own.clear()
  for (const table of found.match.names.table ?? []) {
    change(own, table, found.rule.fate, found.match.names.name?.[0])
  }
}

const change = (own: Belongings, table: Name.Name, fate: Belonging["fate"], name = table): void => {
  const before = own.get(Name.render(table))
  // A table keeps its schema when it is renamed.
  const after = Name.render({ ...table, name: name.name })
  own.delete(Name.render(table))
  own.delete(after)
  if (fate === "made" || fate === "perhaps") own.set(after, fate === "made")
  else if (fate === "renamed" && before !== undefined) own.set(after, before)
}
