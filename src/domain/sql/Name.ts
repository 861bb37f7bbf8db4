/** A name of something in a database, as its catalog holds it. */
export interface Name {
  readonly schema?: string
  readonly name: string
}

/** PostgreSQL cuts names after this many bytes. */
const NAME_BYTES = 63

const encoder = new TextEncoder()

const cut = (name: string): string => {
  if (name.length * 3 <= NAME_BYTES || encoder.encode(name).length <= NAME_BYTES) return name
  let [kept, bytes] = ["", 0]
  for (const character of name) {
    bytes += encoder.encode(character).length
    if (bytes > NAME_BYTES) break
    kept += character
  }
  return kept
}

/** A folded word or a quoted name as the catalog holds it; `undefined` for anything else, `U&"…"` and templates included. */
export const unquote = (part: string): string | undefined => {
  if (part.startsWith('"')) {
    const inner = part.slice(1, -1).replaceAll('""', '"')
    return inner === "" ? undefined : cut(inner)
  }
  return /^[a-z_\u0080-\uffff][^"'{]*$/.test(part) ? cut(part) : undefined
}

/** A word as PostgreSQL compares it: only ASCII letters are folded. */
export const fold = (word: string): string => {
  const lower = word.toLowerCase()
  return lower.length === word.length && !BEYOND_ASCII.test(word)
    ? lower
    : word.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}

const BEYOND_ASCII = /[\u0080-\uffff]/

/** For people: quoted only where it would not read as one word. */
export const render = ({ schema, name }: Name): string =>
  schema === undefined ? plain(name) : `${plain(schema)}.${plain(name)}`

const plain = (part: string): string =>
  /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`
