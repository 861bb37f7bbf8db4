import * as Belongings from "./Belongings.ts"
import * as Name from "./Name.ts"
import * as Pattern from "./Pattern.ts"
import * as Phrase from "./Phrase.ts"
import * as RuleTable from "./RuleTable.ts"
import * as WithQueries from "./WithQueries.ts"

/** What a person wants to know before a script runs. */
export interface Hazards {
  /** Short sentences, each once. */
  readonly warnings: ReadonlyArray<string>
  /** Something would be lost. */
  readonly destructive: boolean
}

type Names = Pattern.Match["names"]

/** What a kind of statement means to those who use the store. */
export interface Hazard {
  readonly pattern: Pattern.Pattern
  /** `{table}` and the like are the names that were found. Nothing to say when absent. */
  readonly says?: string
  /** Something would be lost. */
  readonly destroys: boolean
}

/** Harms nobody. */
export const fine = (pattern: string): Hazard => ({ pattern: Pattern.make(pattern), destroys: false })

/** Keeps others waiting, or does other than it seems to. */
export const mind = (pattern: string, says: string): Hazard => ({ ...fine(pattern), says })

/** Something is lost for ever. */
export const destroys = (pattern: string, says: string): Hazard => ({
  ...mind(pattern, says),
  destroys: true
})

/** What a store's statements mean to those who use it. */
export interface Rules {
  readonly statements: RuleTable.RuleTable<Hazard>
  /** What comes before the actions of ALTER TABLE. */
  readonly opening: Pattern.Pattern
  readonly actions: RuleTable.RuleTable<Hazard>
  /** Of every action that the table does not know. */
  readonly usual?: string
  /** Statements that tell which tables nobody else uses yet. */
  readonly belongings: RuleTable.RuleTable<Belongings.Belonging>
}

interface Finding extends Omit<Hazard, "pattern"> {
  readonly names: Names
}

/** Looks at each statement in turn; what is done to tables that the script itself created harms nobody. */
export const of = (sentences: ReadonlyArray<Phrase.Sentence>, rules: Rules): Hazards => {
  const warnings = new Set<string>()
  const belongings: Belongings.Belongings = new Map()
  const look = findings(rules)
  let destructive = false
  for (const { phrase } of sentences) {
    const found = phrase.at(0) === "with" ? WithQueries.statements(phrase).flatMap(look) : look(phrase)
    for (const { says, destroys, names } of found) {
      const own = (names.table ?? []).map(name => belongings.get(Name.render(name)))
      const known = own.length > 0 && own.every(surely => surely !== undefined && (surely || !destroys))
      if (known || says === undefined) continue
      warnings.add(fill(says, names))
      destructive ||= destroys
    }
    Belongings.follow(belongings, phrase, rules.belongings)
  }
  return { warnings: [...warnings], destructive }
}

const findings =
  (rules: Rules) =>
  (phrase: Phrase.Phrase): ReadonlyArray<Finding> => {
    const altered = phrase.at(0) === "alter" ? Pattern.match(rules.opening, phrase) : undefined
    if (altered !== undefined) {
      return Phrase.parts(phrase, altered.end).map(part => action(part, altered.names, rules))
    }
    const found = RuleTable.first(rules.statements, phrase)
    return found === undefined ? [] : [{ ...found.rule, names: found.match.names }]
  }

const action = (phrase: Phrase.Phrase, names: Names, { actions, usual }: Rules): Finding => {
  const found = RuleTable.first(actions, phrase)
  if (found === undefined) {
    return { ...(usual === undefined ? {} : { says: usual }), destroys: false, names }
  }
  return { ...found.rule, names: { ...found.match.names, ...names } }
}

const fill = (sentence: string, names: Names): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (_, key: string) => (names[key] ?? []).map(Name.render).join(", "))
