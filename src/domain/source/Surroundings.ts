import { scan, type Token } from "../sql/Lexer.ts"
import * as Quotes from "../sql/Quotes.ts"

/** What stands around a place in SQL: it decides which names can be pasted there unchanged. */
export interface Surroundings {
  readonly kind: "bare" | "backticks" | "quoted" | "string" | "comment"
  /** A backslash would mean something else than itself. */
  readonly escapes: boolean
  /** Inside a dollar-quoted body, which a `$` in the name could end. */
  readonly dollar: boolean
}

type Reader = (offset: number) => Surroundings

/** For many places in one text: it is read once, when it is first asked for. */
export const reader = (text: string): Reader => {
  let tokens: ReadonlyArray<Token> | undefined
  const bodies = new Map<Token, Reader>()
  const bodyOf = (token: Token): Reader => {
    const known = bodies.get(token) ?? inBody(text, token)
    bodies.set(token, known)
    return known
  }
  return offset => {
    tokens ??= scan(text).tokens
    const token = tokenAt(tokens, offset)
    if (token === undefined) return comment
    return token.kind === "dollar" ? bodyOf(token)(offset) : within(text, token)
  }
}

const tokenAt = (tokens: ReadonlyArray<Token>, offset: number): Token | undefined => {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((tokens[middle]?.end ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  const token = tokens[low]
  return token !== undefined && token.start <= offset ? token : undefined
}

const comment: Surroundings = { kind: "comment", escapes: false, dollar: false }

const within = (text: string, token: Token): Surroundings => {
  const prefixed = /^[eEuU]/.test(text.slice(token.start, token.start + 1))
  switch (token.kind) {
    case "quoted":
      return { kind: "quoted", escapes: prefixed, dollar: false }
    case "string":
      return { kind: "string", escapes: prefixed, dollar: false }
    default: {
      const ticks = text[token.start - 1] === "`" && text[token.end] === "`"
      return { kind: ticks ? "backticks" : "bare", escapes: false, dollar: false }
    }
  }
}

/** The body of a function is SQL again, nearly always: a name in it needs the same care. */
const inBody = (text: string, token: Token): Reader => {
  const tag = Quotes.dollarTag(text, token.start) ?? ""
  const from = token.start + tag.length
  const read = reader(text.slice(from, token.end - tag.length))
  return offset => ({ ...read(offset - from), dollar: true })
}
