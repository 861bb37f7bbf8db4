const group = new Intl.NumberFormat("en")

/** `1,412`. */
export const number = (n: number): string => group.format(n)

/** `1 step`, `2 steps`. */
export const count = (n: number, noun: string): string => `${number(n)} ${noun}${n === 1 ? "" : "s"}`

/** Names as people write them: separated by commas or blanks. */
export const names = (text: string): ReadonlyArray<string> => [
  ...new Set(text.split(/[\s,]+/).filter(name => name !== ""))
]

/** `core, schema tenant_a`; the schema is left out where it is the connection's own. */
export const place = (connection: string, schema: string): string =>
  schema === "" || schema === connection ? connection : `${connection} · ${schema}`
