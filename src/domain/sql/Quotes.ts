import { Class, Code, classOf } from "./Characters.ts"

/** Where quoted things end. Each function returns -1 when the end is missing. */

/** Offset after the closing `quote`; doubled quotes stand for themselves. `from` is after the opening one. */
export const doubledEnd = (text: string, from: number, quote: "'" | '"' | "`"): number => {
  let at = text.indexOf(quote, from)
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
  return at === -1 ? -1 : at + 1
}

/** As `doubledEnd`, in a string where a backslash protects the next character. */
const escapedEnd = (text: string, from: number): number => {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === Code.backslash) at += 1
    else if (code === Code.single && text.charCodeAt(at + 1) === Code.single) at += 1
    else if (code === Code.single) return at + 1
  }
  return -1
}

const plainEnd = (text: string, from: number): number => text.indexOf("'", from) + 1 || -1

/** Offset after the quote that closes a string, or a part of one, whose kind its first letter tells: `E'…'`. */
export const stringEnd = (text: string, letter: string, from: number): number => {
  if (letter === "E" || letter === "e") return escapedEnd(text, from)
  return "bBxX".includes(letter) ? plainEnd(text, from) : doubledEnd(text, from, "'")
}

/**
 * Strings on two lines are one string: offset of the next opening quote when the string that ended at
 * `from` goes on after a line end, else -1. Line comments may stand between them.
 */
export const continuation = (text: string, from: number): number => {
  let lineEnded = false
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === Code.single) return lineEnded ? at : -1
    if (classOf(code) === Class.blank) {
      lineEnded ||= code === Code.lf || code === Code.cr
      at += 1
    } else if (text.startsWith("--", at)) at = lineEnd(text, at)
    else return -1
  }
}

/** Offset of the next line end, or of the end of the text. */
export const lineEnd = (text: string, from: number): number => {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === Code.lf || code === Code.cr) break
    at += 1
  }
  return at
}

/** Offset after the `*` + `/` that closes the block comment whose inside begins at `from`; they nest. */
export const commentEnd = (text: string, from: number): number => {
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === Code.star && text.charCodeAt(at + 1) === Code.slash) {
      depth -= 1
      at += 1
      if (depth === 0) return at + 1
    } else if (code === Code.slash && text.charCodeAt(at + 1) === Code.star) {
      depth += 1
      at += 1
    }
  }
  return -1
}

const TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y

/** The opening delimiter of a dollar-quoted string at `from`, if there is one. */
export const dollarTag = (text: string, from: number): string | undefined => {
  TAG.lastIndex = from
  return TAG.exec(text)?.[0]
}
