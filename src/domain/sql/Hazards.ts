import * as AlterTable from "./AlterTableRules.ts"
import * as Name from "./Name.ts"
import * as Pattern from "./Pattern.ts"
import * as Phrase from "./Phrase.ts"
import * as Rules from "./PostgresqlRules.ts"
import * as RuleTable from "./RuleTable.ts"

/** What a person wants to know before a script runs. */
export interface Hazards {
  /** Short sentences, each once. */
  readonly warnings: ReadonlyArray<string>
  /** Something would be lost. */
  readonly destructive: boolean
}

type Names = Pattern.Match["names"]

interface Hazard {
  readonly says?: string
  readonly destroys: boolean
}

interface Finding extends Hazard {
  readonly names: Names
}

/** Looks at each statement in turn; what is done to tables that the script itself created harms nobody. */
export const of = (sentences: ReadonlyArray<Phrase.Sentence>): Hazards => {
  const warnings = new Set<string>()
  // Whether each table that the script created was surely not there before.
  const created = new Map<string, boolean>()
  let destructive = false
  for (const { phrase } of sentences) {
    for (const { says, destroys, names } of findings(phrase)) {
      const own = (names.table ?? []).map(name => created.get(Name.render(name)))
      const known = own.length > 0 && own.every(surely => surely !== undefined && (surely || !destroys))
      if (known || says === undefined) continue
      warnings.add(fill(says, names))
      destructive ||= destroys
    }
    const creation = RuleTable.first(Rules.creations, phrase)
    for (const name of creation?.match.names.table ?? []) {
      created.set(Name.render(name), creation?.rule.surely ?? false)
    }
  }
  return { warnings: [...warnings], destructive }
}

const findings = (phrase: Phrase.Phrase): ReadonlyArray<Finding> => {
  const altered = phrase.at(0) === "alter" ? Pattern.match(AlterTable.opening, phrase) : undefined
  if (altered !== undefined) {
    return Phrase.parts(phrase, altered.end).map(part => action(part, altered.names))
  }
  const found = RuleTable.first(Rules.hazards, phrase)
  return found === undefined ? [] : [{ ...found.rule, names: found.match.names }]
}

const action = (phrase: Phrase.Phrase, names: Names): Finding => {
  const found = RuleTable.first(AlterTable.actions, phrase)
  if (found === undefined) return { says: AlterTable.usual, destroys: false, names }
  return { ...found.rule, names: { ...found.match.names, ...names } }
}

const fill = (sentence: string, names: Names): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (_, key: string) => (names[key] ?? []).map(Name.render).join(", "))
