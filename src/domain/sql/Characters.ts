/** What a character may begin in PostgreSQL's grammar. */
export const OTHER = 0
export const BLANK = 1
export const WORD = 2
export const DIGIT = 3
export const OPERATOR = 4
export const QUOTE = 5
export const DOUBLE_QUOTE = 6
export const DOLLAR = 7
export const BACKSLASH = 8

const classes = new Uint8Array(128)
const classify = (characters: string, kind: number) => {
  for (const character of characters) classes[character.charCodeAt(0)] = kind
}
classify(" \t\n\r\f\v", BLANK)
classify("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", WORD)
classify("0123456789", DIGIT)
classify("~!@#^&|`?+-*/%<>=", OPERATOR)
classify("'", QUOTE)
classify('"', DOUBLE_QUOTE)
classify("$", DOLLAR)
classify("\\", BACKSLASH)

/** Class of a character code. Every character beyond ASCII may stand in a name. */
export const classOf = (code: number): number => (code < 128 ? (classes[code] ?? OTHER) : WORD)

export const Code = {
  lf: 10,
  cr: 13,
  double: 34,
  dollar: 36,
  ampersand: 38,
  single: 39,
  open: 40,
  close: 41,
  star: 42,
  plus: 43,
  dash: 45,
  dot: 46,
  slash: 47,
  colon: 58,
  semicolon: 59,
  equals: 61,
  backslash: 92,
  c: 99,
  brace: 123
} as const
