/** In what the lexical rules of stores differ. */
export interface Dialect {
  /** Letters that belong to the string in quotes behind them, as in `E'…'`. */
  readonly prefixes: string
  /** `U&'…'` and `U&"…"` are one token. */
  readonly unicodeEscapes: boolean
  /** Names may stand in backticks too. */
  readonly backticks: boolean
  /** Names are cut after this many bytes. */
  readonly nameBytes: number
}

export const postgresql: Dialect = {
  prefixes: "eEbBxXnN",
  unicodeEscapes: true,
  backticks: false,
  nameBytes: 63
}

export const greptimedb: Dialect = {
  prefixes: "xXnN",
  unicodeEscapes: false,
  backticks: true,
  nameBytes: Number.POSITIVE_INFINITY
}
