import type { Dialect } from "./Dialect.ts"

/** A name of something in a database, as its catalog holds it. */
export interface Name {
  readonly schema?: string
  readonly name: string
}

const encoder = new TextEncoder()

const cut = (name: string, most: number): string => {
  if (name.length * 3 <= most || encoder.encode(name).length <= most) return name
  let [kept, bytes] = ["", 0]
  for (const character of name) {
    bytes += encoder.encode(character).length
    if (bytes > most) break
    kept += character
  }
  return kept
}

/**
 * A folded word or a quoted name as the catalog holds it; `undefined` for anything else, templates included.
 * `sign` is what stands before the code of a character in `U&"…"`.
 */
export const unquote = (part: string, { backticks, nameBytes }: Dialect, sign = "\\"): string | undefined => {
  if (/^u&"/i.test(part)) return cut(unescaped(part.slice(3, -1).replaceAll('""', '"'), sign), nameBytes)
  const mark = part.charAt(0)
  if (mark === '"' || (mark === "`" && backticks)) {
    const inner = part.slice(1, -1).replaceAll(mark + mark, mark)
    return inner === "" ? undefined : cut(inner, nameBytes)
  }
  return /^[a-z_\u0080-\uffff][^"'{]*$/.test(part) ? cut(part, nameBytes) : undefined
}

const CODE = /^(?:\+([0-9a-f]{6})|([0-9a-f]{4}))/i

const unescaped = (text: string, sign: string): string => {
  const [first = "", ...parts] = text.split(sign)
  let whole = first
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? ""
    const [written = "", long, short] = CODE.exec(part) ?? []
    const code = Number.parseInt(long ?? short ?? "", 16)
    if (code <= 0x10ffff) whole += String.fromCodePoint(code) + part.slice(written.length)
    // Twice stands for itself.
    else whole += sign + (part === "" ? (parts[++index] ?? "") : part)
  }
  return whole
}

/** A word as stores compare it: only ASCII letters are folded. */
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
