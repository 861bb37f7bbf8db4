import { syntax } from "./Failure.ts"

/** One token of GreptimeDB's dialect: both backticks and double quotes quote a name, `#` begins one. */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "symbol" | "end"
  /** As it is spelt. */
  readonly text: string
  /** Without its quotes. */
  readonly value: string
  readonly start: number
  readonly line: number
  readonly column: number
}

const WORD = /[A-Za-z_@#\u0080-\uffff][A-Za-z0-9_@#$\u0080-\uffff]*/y
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const BLANK = /\s+|--[^\n]*/y
const SYMBOL = /::|<=|>=|<>|!=|\|\||[^\s]/y

const at = (pattern: RegExp, text: string, from: number): string | undefined => {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0]
}

/** All tokens of a request, with the end behind them. */
export const scan = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let from = 0
  for (;;) {
    from = skip(text, from)
    if (from >= text.length) break
    const token = read(text, from)
    tokens.push(token)
    from += token.text.length
  }
  return [...tokens, { kind: "end", text: "EOF", value: "", start: text.length, line: 0, column: 0 }]
}

const place = (text: string, from: number) => {
  const before = text.slice(0, from).split("\n")
  return { start: from, line: before.length, column: (before.at(-1) ?? "").length + 1 }
}

const where = (text: string, from: number): string => {
  const { line, column } = place(text, from)
  return `at Line: ${line}, Column: ${column}`
}

const skip = (text: string, start: number): number => {
  let from = start
  for (;;) {
    const blank = at(BLANK, text, from)
    if (blank !== undefined) from += blank.length
    else if (text.startsWith("/*", from)) from = commentEnd(text, from)
    else return from
  }
}

const commentEnd = (text: string, start: number): number => {
  let depth = 0
  for (let from = start; from < text.length; from++) {
    if (text.startsWith("/*", from)) {
      depth++
      from++
    } else if (text.startsWith("*/", from)) {
      depth--
      from++
      if (depth === 0) return from + 1
    }
  }
  throw syntax(`Unexpected EOF while in a multi-line comment ${where(text, text.length)}`)
}

const read = (text: string, from: number): Token => {
  const character = text.charAt(from)
  if (character === "'" || character === '"' || character === "`") return quoted(text, from, character)
  const word = at(WORD, text, from)
  if (word !== undefined) return { kind: "word", text: word, value: word, ...place(text, from) }
  const number = /[\d.]/.test(character) ? at(NUMBER, text, from) : undefined
  if (number !== undefined) return { kind: "number", text: number, value: number, ...place(text, from) }
  const symbol = at(SYMBOL, text, from) ?? character
  return { kind: "symbol", text: symbol, value: symbol, ...place(text, from) }
}

const quoted = (text: string, from: number, quote: string): Token => {
  let end = text.indexOf(quote, from + 1)
  while (end !== -1 && text[end + 1] === quote) end = text.indexOf(quote, end + 2)
  if (end === -1) {
    const what =
      quote === "'" ? "Unterminated string literal" : `Expected close delimiter '${quote}' before EOF.`
    throw syntax(`${what} ${where(text, from)}`)
  }
  const whole = text.slice(from, end + 1)
  const value = whole.slice(1, -1).replaceAll(quote + quote, quote)
  return { kind: quote === "'" ? "string" : "quoted", text: whole, value, ...place(text, from) }
}
