/** A value in a JSON text: from its first character up to, and not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A field of an object: its name, and where its value stands. */
export interface Member extends Span {
  readonly name: string
}

// What stands between two values, and what is neither a string, a list nor an object.
const BLANK = /[\s,:]*/y
const PLAIN = /[^\s,:[\]{}"]+/y

const skip = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  pattern.test(text)
  return Math.max(pattern.lastIndex, at)
}

/** Where the string that begins at `start` ends. By hand: strings can be megabytes long. */
const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '"') return at + 1
    if (character === "\\") at++
  }
  return text.length
}

/** Where the value that begins at `start` ends. The text has been parsed before: it is valid JSON. */
const endOf = (text: string, start: number): number => {
  let depth = 0
  let at = start
  do {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === "[" || character === "{") {
      depth++
      at++
    } else if (character === "]" || character === "}") {
      depth--
      at++
    } else at = skip(PLAIN, text, at)
    if (depth > 0) at = skip(BLANK, text, at)
  } while (depth > 0 && at < text.length)
  return at
}

/** The value of a whole text. */
export const root = (text: string): Span => {
  const start = skip(BLANK, text, 0)
  return { start, end: endOf(text, start) }
}

/** The elements of the list that stands at `list`. */
export const elements = (text: string, list: Span): ReadonlyArray<Span> => {
  const found: Array<Span> = []
  let start = skip(BLANK, text, list.start + 1)
  while (start < list.end - 1) {
    const end = endOf(text, start)
    found.push({ start, end })
    start = skip(BLANK, text, end)
  }
  return found
}

/** The fields of the object that stands at `object`, in the order in which they are written. */
export const members = (text: string, object: Span): ReadonlyArray<Member> => {
  const parts = elements(text, object)
  return parts.flatMap((part, index) => {
    const value = parts[index + 1]
    if (index % 2 === 1 || value === undefined) return []
    return [{ name: String(JSON.parse(text.slice(part.start, part.end))), ...value }]
  })
}

/** The value without the blanks around its parts: numbers and the order of fields stay as they are written. */
export const compact = (text: string, { start, end }: Span): string => {
  const parts: Array<string> = []
  for (let at = start; at < end; ) {
    const quote = text.indexOf('"', at)
    const until = quote === -1 || quote >= end ? end : quote
    parts.push(text.slice(at, until).replaceAll(/\s+/g, ""))
    at = until === end ? end : endOfString(text, until)
    if (until !== end) parts.push(text.slice(until, at))
  }
  return parts.join("")
}
