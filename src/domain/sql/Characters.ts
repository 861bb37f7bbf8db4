/** What a character may begin in PostgreSQL's grammar. */
export const Class = {
  other: 0,
  blank: 1,
  word: 2,
  digit: 3,
  operator: 4,
  quote: 5,
  doubleQuote: 6,
  dollar: 7,
  backslash: 8
} as const

const classes = new Uint8Array(128)
const classify = (characters: string, kind: number) => {
  for (const character of characters) classes[character.charCodeAt(0)] = kind
}
classify(" \t\n\r\f\v", Class.blank)
classify("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", Class.word)
classify("0123456789", Class.digit)
classify("~!@#^&|`?+-*/%<>=", Class.operator)
classify("'", Class.quote)
classify('"', Class.doubleQuote)
classify("$", Class.dollar)
classify("\\", Class.backslash)

/** Class of a character code. Every character beyond ASCII may stand in a name. */
export const classOf = (code: number): number => (code < 128 ? (classes[code] ?? Class.other) : Class.word)

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
  backtick: 96,
  c: 99,
  brace: 123
} as const
