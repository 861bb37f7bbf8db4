/** A heading with its items below. */
export const lines = (heading: string, items: ReadonlyArray<string>): string =>
  [heading, ...items.map(item => `  ${item}`)].join("\n")

/** `1 problem`, `2 problems`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`
