import * as Pattern from "./Pattern.ts"
import type { Phrase } from "./Phrase.ts"

/** Anything that is decided by what a statement begins with. */
export interface Rule {
  readonly pattern: Pattern.Pattern
}

/** Rules in their order, found by the first two words of a statement. */
export interface RuleTable<R extends Rule> {
  readonly byFirst: ReadonlyMap<string, Branch<R>>
}

interface Branch<R> {
  readonly bySecond: ReadonlyMap<string, ReadonlyArray<R>>
  /** For every other second word. */
  readonly otherwise: ReadonlyArray<R>
}

export const make = <R extends Rule>(rules: ReadonlyArray<R>): RuleTable<R> => {
  let byFirst: RuleTable<R>["byFirst"] | undefined
  return {
    get byFirst() {
      byFirst ??= arranged(rules)
      return byFirst
    }
  }
}

const arranged = <R extends Rule>(rules: ReadonlyArray<R>): RuleTable<R>["byFirst"] => {
  const firsts = new Set(rules.flatMap(rule => rule.pattern.first))
  return new Map(
    [...firsts].map(word => [word, branch(rules.filter(rule => rule.pattern.first.includes(word)))])
  )
}

const branch = <R extends Rule>(rules: ReadonlyArray<R>): Branch<R> => {
  const all = rules.map(rule => ({ rule, second: rule.pattern.second }))
  const those = (wanted: (second: ReadonlyArray<string> | undefined) => boolean) =>
    all.flatMap(({ rule, second }) => (wanted(second) ? [rule] : []))
  const seconds = new Set(all.flatMap(({ second }) => second ?? []))
  return {
    bySecond: new Map([...seconds].map(word => [word, those(second => second?.includes(word) ?? true)])),
    otherwise: those(second => second === undefined)
  }
}

/** The first rule that the phrase matches. */
export const first = <R extends Rule>(
  table: RuleTable<R>,
  phrase: Phrase
): { readonly rule: R; readonly match: Pattern.Match } | undefined => {
  const branch = table.byFirst.get(phrase.at(0))
  if (branch === undefined) return undefined
  for (const rule of branch.bySecond.get(phrase.at(1)) ?? branch.otherwise) {
    const match = Pattern.match(rule.pattern, phrase)
    if (match !== undefined) return { rule, match }
  }
  return undefined
}
