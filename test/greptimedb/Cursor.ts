import { syntax, unsupported } from "./Failure.ts"
import type { Token } from "./Tokens.ts"

/** A name as the catalog holds it: what was not quoted is in lower case. */
export interface Name {
  /** Absent: the session's. */
  readonly schema?: string
  readonly name: string
}

const end: Token = { kind: "end", text: "EOF", value: "", start: 0, line: 0, column: 0 }

/** A place in the tokens of a request. */
export class Cursor {
  readonly text: string
  readonly tokens: ReadonlyArray<Token>
  index = 0

  constructor(text: string, tokens: ReadonlyArray<Token>) {
    this.text = text
    this.tokens = tokens
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)] ?? end
  }

  next(): Token {
    const token = this.peek()
    this.index++
    return token
  }

  /** Whether these unquoted words, or these symbols, come next. */
  sees(...words: ReadonlyArray<string>): boolean {
    return words.every((word, ahead) => {
      const token = this.peek(ahead)
      return (token.kind === "word" || token.kind === "symbol") && token.text.toUpperCase() === word
    })
  }

  /** Takes them when they come next. */
  take(...words: ReadonlyArray<string>): boolean {
    if (!this.sees(...words)) return false
    this.index += words.length
    return true
  }

  expect(...words: ReadonlyArray<string>): void {
    for (const word of words) if (!this.take(word)) throw this.expected(word)
  }

  expected(what: string): Error {
    const { kind, text, line, column } = this.peek()
    return syntax(
      `Expected: ${what}, found: ${kind === "end" ? "EOF" : `${text} at Line: ${line}, Column: ${column}`}`
    )
  }

  unsupported(): Error {
    return unsupported(this.peek().text)
  }

  /** A name; keywords are as good as any other word. */
  identifier(): string {
    const token = this.peek()
    if (token.kind !== "word" && token.kind !== "quoted") throw this.expected("identifier")
    this.index++
    return token.kind === "word" ? token.value.toLowerCase() : token.value
  }

  /** `t`, `db.t` or `greptime.db.t`. */
  name(): Name {
    const parts = [this.identifier()]
    while (this.take(".")) parts.push(this.identifier())
    const name = parts.at(-1) ?? ""
    const schema = parts.at(-2)
    return schema === undefined ? { name } : { schema, name }
  }

  string(): string {
    const token = this.peek()
    if (token.kind !== "string") throw this.expected("literal string")
    this.index++
    return token.value
  }

  /** One or more of something, with commas between. */
  list<A>(one: () => A): Array<A> {
    const found = [one()]
    while (this.take(",")) found.push(one())
    return found
  }

  ifNotExists(): boolean {
    return this.take("IF", "NOT", "EXISTS")
  }

  ifExists(): boolean {
    return this.take("IF", "EXISTS")
  }

  /** `('a'='b', c=d)`: the options behind WITH, or nothing. */
  options(): Map<string, string> {
    const found = new Map<string, string>()
    if (!this.take("WITH")) return found
    this.expect("(")
    for (;;) {
      const key = this.next()
      let name = key.value
      while (this.take(".")) name += `.${this.next().value}`
      this.expect("=")
      found.set(name, this.next().value)
      if (!this.take(",")) break
    }
    this.expect(")")
    return found
  }

  /** The text from a token on, up to the place. */
  since(index: number): string {
    const from = this.tokens[index]?.start ?? 0
    const last = this.tokens[this.index - 1]
    return last === undefined ? "" : this.text.slice(from, last.start + last.text.length)
  }
}
