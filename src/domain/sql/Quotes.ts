/** Where quoted things of PostgreSQL end. Each function returns -1 when the end is missing. */

const QUOTE = 39
const BACKSLASH = 92
const LF = 10
const CR = 13
const STAR = 42
const SLASH = 47

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** Offset after the closing `quote`; doubled quotes stand for themselves. `from` is after the opening one. */
export const doubledEnd = (text: string, from: number, quote: "'" | '"'): number => {
  let at = text.indexOf(quote, from)
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
  return at === -1 ? -1 : at + 1
}

/** As `doubledEnd`, in a string where a backslash protects the next character. */
export const escapedEnd = (text: string, from: number): number => {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE && text.charCodeAt(at + 1) === QUOTE) at += 1
    else if (code === QUOTE) return at + 1
  }
  return -1
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
    if (code === QUOTE) return lineEnded ? at : -1
    if (isBlank(code)) {
      lineEnded ||= code === LF || code === CR
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
    if (code === LF || code === CR) break
    at += 1
  }
  return at
}

/** Offset after the `*` + `/` that closes the block comment whose inside begins at `from`; they nest. */
export const commentEnd = (text: string, from: number): number => {
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === STAR && text.charCodeAt(at + 1) === SLASH) {
      depth -= 1
      at += 1
      if (depth === 0) return at + 1
    } else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
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
