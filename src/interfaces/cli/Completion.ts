import type * as Flag from "./Flag.ts"

/** What completion has to know of a command. */
export interface Completable {
  readonly words: ReadonlyArray<string>
  readonly summary: string
  /** Words with `|` between are the only ones that can stand there. */
  readonly operands: string
  readonly flags: ReadonlyArray<Flag.Shape>
}

export interface Word {
  readonly word: string
  readonly summary: string
}

/** What can follow once these words have been written. */
export interface Place {
  /** `migrate up`; nothing at the beginning. */
  readonly command: string
  readonly next: ReadonlyArray<Word>
  readonly flags: ReadonlyArray<Flag.Shape>
}

const help: Flag.Shape = { name: "help", alias: "h", help: "options and examples" }
const version: Flag.Shape = { name: "version", alias: "v", help: "which bfm this is" }

/** Every place in a command line at which something is known, those of groups included. */
export const places = (verbs: ReadonlyArray<Completable>): ReadonlyArray<Place> => {
  const prefixes = verbs.flatMap(({ words }) =>
    Array.from({ length: words.length + 1 }, (_, length) => words.slice(0, length).join(" "))
  )
  return [...new Set(prefixes)].sort().map(command => {
    const verb = verbs.find(({ words }) => words.join(" ") === command)
    return {
      command,
      next: [...following(verbs, command), ...operands(verb)],
      flags: [...(verb?.flags ?? []), ...(command === "" ? [version] : []), help]
    }
  })
}

/** The next words of the commands that begin so, each once. */
const following = (verbs: ReadonlyArray<Completable>, command: string): ReadonlyArray<Word> => {
  const depth = command === "" ? 0 : command.split(" ").length
  const found = new Map<string, string>()
  for (const { words, summary } of verbs) {
    const word = words[depth]
    if (word === undefined || words.slice(0, depth).join(" ") !== command) continue
    // A group says what is in it, unless the word is a command by itself.
    if (words.length === depth + 1) found.set(word, summary)
    else if (!found.has(word)) found.set(word, group(verbs, words.slice(0, depth + 1)))
  }
  return [...found].map(([word, summary]) => ({ word, summary }))
}

const group = (verbs: ReadonlyArray<Completable>, prefix: ReadonlyArray<string>): string =>
  verbs
    .filter(({ words }) => prefix.every((word, index) => word === words[index]))
    .flatMap(({ words }) => words.slice(prefix.length, prefix.length + 1))
    .join(", ")

const operands = (verb: Completable | undefined): ReadonlyArray<Word> =>
  /^[a-z]+(\|[a-z]+)+$/.test(verb?.operands ?? "")
    ? (verb?.operands ?? "").split("|").map(word => ({ word, summary: "" }))
    : []

/** `--connection`, `-c`. */
export const spellings = ({ name, alias }: Flag.Shape): ReadonlyArray<string> =>
  alias === undefined ? [`--${name}`] : [`--${name}`, `-${alias}`]

/** A text between single quotes, for each of the shells. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
