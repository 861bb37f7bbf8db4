/** Characters of what a store says. */
const words = 8_000

/** Characters of a statement. */
const statement = 64_000

/** What a store says can hold a whole value; it is told, stored and sent around, so only its beginning is kept. */
export const ofWords = (text: string): string => beginning(text, words)

/** The beginning of a statement, which can be megabytes long: the file has the rest. */
export const ofStatement = (text: string): string => beginning(text, statement)

const beginning = (text: string, most: number): string => {
  if (text.length <= most) return text
  // Not through the middle of a character.
  const end = text.charCodeAt(most - 1) >> 10 === 0b110110 ? most - 1 : most
  return `${text.slice(0, end)}\n… (${text.length - end} more characters)`
}
