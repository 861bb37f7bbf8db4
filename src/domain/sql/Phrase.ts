import type { Statement } from "../Plan.ts"
import * as Dialect from "./Dialect.ts"
import * as Lexer from "./Lexer.ts"
import * as Name from "./Name.ts"

/** A statement and its tokens: they are read once for all rules. */
export interface Sentence {
  readonly statement: Statement
  readonly phrase: Phrase
}

/** The tokens of one statement, read only as far as they are asked for. */
export interface Phrase {
  readonly dialect: Dialect.Dialect
  readonly at: (index: number) => string
}

/**
 * Words are in lower case, a psql command is its backslash, everything else is as written, so that a quoted name
 * never looks like a keyword. After the end, every token is empty.
 */
export const make = (text: string, dialect: Dialect.Dialect = Dialect.postgresql): Phrase => {
  const scanner = Lexer.scanner(text, dialect)
  const read: Array<string> = []
  const at = (index: number): string => {
    while (read.length <= index) {
      if (!Lexer.next(scanner)) return ""
      read.push(written(scanner))
    }
    return read[index] ?? ""
  }
  return { dialect, at }
}

export const sentence = (statement: Statement): Sentence => ({ statement, phrase: make(statement.text) })

/** The same in another dialect. */
export const sentenceIn =
  (dialect: Dialect.Dialect) =>
  (statement: Statement): Sentence => ({ statement, phrase: make(statement.text, dialect) })

const written = ({ text, kind, start, end }: Lexer.Scanner): string => {
  if (kind === "psql") return "\\"
  return kind === "word" ? Name.fold(text.slice(start, end)) : text.slice(start, end)
}

/** Index after the group in parentheses or brackets that begins at `index`; after one token when none begins there. */
export const groupEnd = (phrase: Phrase, index: number): number => {
  let depth = 0
  for (let at = index; ; at += 1) {
    const token = phrase.at(at)
    if (token === "") return at
    if (token === "(" || token === "[") depth += 1
    else if (token === ")" || token === "]") depth -= 1
    if (depth <= 0) return at + 1
  }
}

/** From `index` on, cut at the commas that stand in no group. */
export const parts = (phrase: Phrase, index: number): ReadonlyArray<Phrase> => {
  const found: Array<Phrase> = []
  let start = index
  for (let at = index; ; at = groupEnd(phrase, at)) {
    const token = phrase.at(at)
    if (token === "," || token === "") {
      found.push(between(phrase, start, at))
      start = at + 1
    }
    if (token === "") return found
  }
}

/** From `index` on. */
export const from = (phrase: Phrase, index: number): Phrase => ({
  dialect: phrase.dialect,
  at: at => phrase.at(index + at)
})

/** From `start` up to `end`. */
export const between = (phrase: Phrase, start: number, end: number): Phrase => ({
  dialect: phrase.dialect,
  at: index => (start + index < end ? phrase.at(start + index) : "")
})
