import * as Name from "./Name.ts"
import * as Phrase from "./Phrase.ts"

/**
 * What a statement begins with, written as in PostgreSQL's manual:
 * `WORD` or `A|B` a keyword · `A|B*` any number of them · `[…]` may be missing · `<x>` a name, kept as `x` ·
 * `<x,>` names with commas between · `()` a group in parentheses · `...` anything, outside of parentheses ·
 * `(...)` anything · `$` the end. A pattern may end before the statement does.
 */
export interface Pattern {
  /** The keywords with which a statement that matches can begin. */
  readonly first: ReadonlyArray<string>
  readonly node: Node
}

/** The names that were found, and where the rest of the statement begins. */
export interface Match {
  readonly names: Readonly<Record<string, ReadonlyArray<Name.Name>>>
  readonly end: number
}

type Node =
  | { readonly is: "accept" }
  | { readonly is: "end"; readonly next: Node }
  | { readonly is: "word"; readonly words: ReadonlyArray<string>; readonly next: Node }
  | { readonly is: "run"; readonly words: ReadonlyArray<string>; readonly next: Node }
  | { readonly is: "optional"; readonly body: Node; readonly next: Node }
  | { readonly is: "names"; readonly key: string; readonly many: boolean; readonly next: Node }
  | { readonly is: "group"; readonly next: Node }
  | { readonly is: "gap"; readonly deep: boolean; readonly next: Node }

export const make = (source: string): Pattern => {
  const pieces = source.match(/\[|\]|[^\s[\]]+/g) ?? []
  return { first: (pieces[0] ?? "").toLowerCase().split("|"), node: compile(pieces, { is: "accept" }) }
}

const compile = (pieces: ReadonlyArray<string>, last: Node): Node => {
  const [piece, ...rest] = pieces
  if (piece === undefined) return last
  if (piece !== "[") return single(piece, compile(rest, last))
  const close = closing(pieces)
  const next = compile(pieces.slice(close + 1), last)
  return { is: "optional", body: compile(pieces.slice(1, close), next), next }
}

const closing = (pieces: ReadonlyArray<string>): number => {
  let depth = 0
  return pieces.findIndex(piece => {
    if (piece === "[") depth += 1
    else if (piece === "]") depth -= 1
    return depth === 0
  })
}

const single = (piece: string, next: Node): Node => {
  if (piece === "...") return { is: "gap", deep: false, next }
  if (piece === "(...)") return { is: "gap", deep: true, next }
  if (piece === "()") return { is: "group", next }
  if (piece === "$") return { is: "end", next }
  const name = /^<(\w+)(,?)>$/.exec(piece)
  if (name !== null) return { is: "names", key: name[1] ?? "", many: name[2] === ",", next }
  if (piece.length > 1 && piece.endsWith("*")) {
    return { is: "run", words: piece.slice(0, -1).toLowerCase().split("|"), next }
  }
  return { is: "word", words: piece.toLowerCase().split("|"), next }
}

/** Matches from the first token of the phrase on. */
export const match = (pattern: Pattern, phrase: Phrase.Phrase): Match | undefined =>
  attempt(pattern.node, phrase, 0, {})

const attempt = (node: Node, phrase: Phrase.Phrase, at: number, names: Match["names"]): Match | undefined => {
  switch (node.is) {
    case "accept":
      return { names, end: at }
    case "end":
      return phrase.at(at) === "" ? attempt(node.next, phrase, at, names) : undefined
    case "word":
      return node.words.includes(phrase.at(at)) ? attempt(node.next, phrase, at + 1, names) : undefined
    case "run": {
      let end = at
      while (node.words.includes(phrase.at(end))) end += 1
      return attempt(node.next, phrase, end, names)
    }
    case "optional":
      return attempt(node.body, phrase, at, names) ?? attempt(node.next, phrase, at, names)
    case "names": {
      const found = node.many ? list(phrase, at) : name(phrase, at)
      if (found === undefined) return undefined
      return attempt(node.next, phrase, found.end, { ...names, [node.key]: found.names })
    }
    case "group":
      return phrase.at(at) === "("
        ? attempt(node.next, phrase, Phrase.groupEnd(phrase, at), names)
        : undefined
    case "gap":
      return gap(node, phrase, at, names)
  }
}

const gap = (
  node: Extract<Node, { readonly is: "gap" }>,
  phrase: Phrase.Phrase,
  from: number,
  names: Match["names"]
): Match | undefined => {
  let at = from
  for (;;) {
    const found = attempt(node.next, phrase, at, names)
    if (found !== undefined || phrase.at(at) === "") return found
    at = node.deep ? at + 1 : Phrase.groupEnd(phrase, at)
  }
}

interface Found {
  readonly names: ReadonlyArray<Name.Name>
  readonly end: number
}

/** `a`, `a.b` or `a.b.c`: what counts is the last part and the one before it. */
const name = (phrase: Phrase.Phrase, from: number): Found | undefined => {
  let at = from
  let schema: string | undefined
  let last = Name.unquote(phrase.at(at))
  while (phrase.at(at + 1) === ".") {
    at += 2
    schema = last
    last = Name.unquote(phrase.at(at))
  }
  if (last === undefined) return undefined
  return { names: [schema === undefined ? { name: last } : { schema, name: last }], end: at + 1 }
}

const list = (phrase: Phrase.Phrase, from: number): Found | undefined => {
  const first = name(phrase, from)
  if (first === undefined) return undefined
  const names = [...first.names]
  let end = first.end
  while (phrase.at(end) === ",") {
    const following = name(phrase, end + 1)
    if (following === undefined) break
    names.push(...following.names)
    end = following.end
  }
  return { names, end }
}

/** Rules by the keywords with which they begin; their order is kept. */
export const index = <Rule extends { readonly pattern: Pattern }>(
  rules: ReadonlyArray<Rule>
): ReadonlyMap<string, ReadonlyArray<Rule>> => {
  const found = new Map<string, Array<Rule>>()
  for (const rule of rules) {
    for (const word of rule.pattern.first) {
      const known = found.get(word)
      if (known === undefined) found.set(word, [rule])
      else known.push(rule)
    }
  }
  return found
}

/** The first rule that the phrase matches. */
export const first = <Rule extends { readonly pattern: Pattern }>(
  rules: ReadonlyMap<string, ReadonlyArray<Rule>>,
  phrase: Phrase.Phrase
): { readonly rule: Rule; readonly match: Match } | undefined => {
  for (const rule of rules.get(phrase.at(0)) ?? []) {
    const found = match(rule.pattern, phrase)
    if (found !== undefined) return { rule, match: found }
  }
  return undefined
}
