import * as Either from "effect/Either"

/** One word of a Go file; comments and blanks are none. */
export interface GoToken {
  readonly kind: "name" | "string" | "other"
  /** Of a string, what it means. */
  readonly text: string
  /** 1-based. */
  readonly line: number
}

/** Why a file cannot be read. */
export interface GoProblem {
  readonly line: number
  readonly reason: string
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`[^`]*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\p{L}_][\p{L}\p{N}_]*|:=|\d[\w.]*|\s+|[\s\S]/gu

/** The words of a Go file, or the first thing in it that is none. */
export const scan = (text: string): Either.Either<ReadonlyArray<GoToken>, GoProblem> => {
  const tokens: Array<GoToken> = []
  let line = 1
  for (const { 0: found, index } of text.matchAll(TOKEN)) {
    const reason = wrong(text, found, index)
    if (reason !== undefined) return Either.left({ line, reason })
    if (!isLayout(found)) {
      const token = read(found)
      if (token === undefined)
        return Either.left({ line, reason: `${found} is not a string that Go can read` })
      tokens.push({ ...token, line })
    }
    line += found.split("\n").length - 1
  }
  return Either.right(tokens)
}

const isLayout = (found: string): boolean => /^(?:\s|\/\/|\/\*)/.test(found)

/** What is opened and never closed is met as its first character alone. */
const wrong = (text: string, found: string, index: number): string | undefined => {
  if (found === '"' || found === "`" || found === "'")
    return `a string that begins with ${found} is never closed`
  return found === "/" && text[index + 1] === "*" ? "a comment /* is never closed" : undefined
}

const read = (found: string): Omit<GoToken, "line"> | undefined => {
  if (found.startsWith("`")) return { kind: "string", text: found.slice(1, -1).replaceAll("\r", "") }
  if (found.startsWith('"')) {
    const text = unquoted(found.slice(1, -1))
    return text === undefined ? undefined : { kind: "string", text }
  }
  return { kind: /^[\p{L}_]/u.test(found) ? "name" : "other", text: found }
}

const single: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"'
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))|[^\\]+/g

/** Escapes of single bytes (`\xc3\xa9`) may only together be a character: put together as in a URL. */
const unquoted = (body: string): string | undefined =>
  Either.getOrUndefined(
    Either.try(() =>
      decodeURIComponent(
        body.replaceAll(ESCAPE, (whole, hex, octal, short, long, letter) => {
          if (hex !== undefined) return `%${hex}`
          if (octal !== undefined) return `%${Number.parseInt(octal, 8).toString(16).padStart(2, "0")}`
          const code = short ?? long
          if (code !== undefined) return encodeURIComponent(String.fromCodePoint(Number.parseInt(code, 16)))
          if (letter === undefined) return encodeURIComponent(whole)
          const meant = single[letter]
          if (meant === undefined) throw new SyntaxError(whole)
          return encodeURIComponent(meant)
        })
      )
    )
  )
