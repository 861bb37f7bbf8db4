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
  /** The words that can come next; `undefined` when that is not known. */
  readonly second: ReadonlyArray<string> | undefined
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

export const make = (source: string): Pattern => new Written(source)

/** Taken apart when it is first asked: a run that has nothing to do reads no statement. */
class Written implements Pattern {
  readonly #source: string
  #node: Node | undefined

  constructor(source: string) {
    this.#source = source
  }

  get node(): Node {
    this.#node ??= compile(this.#source.match(/\[|\]|[^\s[\]]+/g) ?? [], { is: "accept" })
    return this.#node
  }

  get first(): ReadonlyArray<string> {
    return this.node.is === "word" ? this.node.words : []
  }

  get second(): ReadonlyArray<string> | undefined {
    return this.node.is === "word" ? beginnings(this.node.next) : undefined
  }
}

const beginnings = (node: Node): ReadonlyArray<string> | undefined => {
  if (node.is === "word") return node.words
  if (node.is === "end") return [""]
  if (node.is === "group") return ["("]
  if (node.is !== "optional" && node.is !== "run") return undefined
  const inner = node.is === "run" ? node.words : beginnings(node.body)
  const next = beginnings(node.next)
  return inner === undefined || next === undefined ? undefined : [...inner, ...next]
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

interface Builder {
  readonly names: Record<string, ReadonlyArray<Name.Name>>
  readonly end: number
}

/** Matches from the first token of the phrase on. */
export const match = (pattern: Pattern, phrase: Phrase.Phrase): Match | undefined =>
  attempt(pattern.node, phrase, 0)

const attempt = (node: Node, phrase: Phrase.Phrase, at: number): Builder | undefined => {
  switch (node.is) {
    case "accept":
      return { names: {}, end: at }
    case "end":
      return phrase.at(at) === "" ? attempt(node.next, phrase, at) : undefined
    case "word":
      return node.words.includes(phrase.at(at)) ? attempt(node.next, phrase, at + 1) : undefined
    case "run": {
      let end = at
      while (node.words.includes(phrase.at(end))) end += 1
      return attempt(node.next, phrase, end)
    }
    case "optional":
      return attempt(node.body, phrase, at) ?? attempt(node.next, phrase, at)
    case "names": {
      const found = node.many ? list(phrase, at) : name(phrase, at)
      const rest = found === undefined ? undefined : attempt(node.next, phrase, found.end)
      if (found !== undefined && rest !== undefined) rest.names[node.key] = found.names
      return rest
    }
    case "group":
      return phrase.at(at) === "(" ? attempt(node.next, phrase, Phrase.groupEnd(phrase, at)) : undefined
    case "gap":
      return gap(node, phrase, at)
  }
}

const gap = (
  node: Extract<Node, { readonly is: "gap" }>,
  phrase: Phrase.Phrase,
  from: number
): Builder | undefined => {
  let at = from
  for (;;) {
    const found = attempt(node.next, phrase, at)
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
  let schema: string | undefined
  let last = part(phrase, from)
  while (phrase.at(last.end) === ".") {
    schema = last.name
    last = part(phrase, last.end + 1)
  }
  if (last.name === undefined) return undefined
  return { names: [schema === undefined ? { name: last.name } : { schema, name: last.name }], end: last.end }
}

/** One of its parts; `U&"a!0062" UESCAPE '!'` is one too. */
const part = (
  phrase: Phrase.Phrase,
  at: number
): { readonly name: string | undefined; readonly end: number } => {
  const sign = phrase.at(at + 1) === "uescape" ? phrase.at(at + 2) : ""
  return sign.length === 3
    ? { name: Name.unquote(phrase.at(at), phrase.dialect, sign.charAt(1)), end: at + 3 }
    : { name: Name.unquote(phrase.at(at), phrase.dialect), end: at + 1 }
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
