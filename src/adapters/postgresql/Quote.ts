/** An identifier, exactly as given. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * A string constant in dollar quotes: it means the same whatever `standard_conforming_strings` says, and
 * nothing inside can end it.
 */
export const literal = (text: string): string => {
  let tag = "$b$"
  // `$` at the end would join the closing tag.
  for (let n = 0; text.includes(tag.slice(0, -1)); n++) tag = `$b${n}$`
  return `${tag}${text}${tag}`
}
