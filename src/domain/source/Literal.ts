const SPECIAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[`\\]|\$\{|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu

/**
 * A text as a template literal that means exactly that text and stays readable. A carriage return would be
 * read as a line feed there, and what is invisible or ends lines for some readers is written as a number.
 */
export const literal = (text: string): string => `\`${text.replace(SPECIAL, escaped)}\``

const escaped = (found: string): string => {
  if (found === "`" || found === "\\" || found === "${") return `\\${found}`
  if (found === "\r") return "\\r"
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`
}
