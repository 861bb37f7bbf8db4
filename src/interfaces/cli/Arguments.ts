import * as Either from "effect/Either"
import * as Spelling from "../../domain/Spelling.ts"
import type * as Flag from "./Flag.ts"

/** What help and the reading of arguments have to know of a command. */
export interface Known {
  readonly words: ReadonlyArray<string>
  readonly flags: ReadonlyArray<Flag.Shape>
}

/** What the words of a command line mean. */
export type Meaning<V> =
  | { readonly _tag: "Overview"; readonly group: ReadonlyArray<V> }
  /** `more`: the commands whose words begin with those of this one. */
  | { readonly _tag: "Help"; readonly verb: V; readonly more: ReadonlyArray<V> }
  | { readonly _tag: "Run"; readonly verb: V; readonly rest: ReadonlyArray<string> }

/** Cannot be understood: one sentence, and the command that helps. */
export interface Misunderstood {
  readonly reason: string
  readonly help: string
}

const asksHelp = (args: ReadonlyArray<string>): boolean => {
  const end = args.indexOf("--")
  return (end === -1 ? args : args.slice(0, end)).some(arg => arg === "--help" || arg === "-h")
}

/** Options that say where a command is carried out; they may stand before it. */
const leading: ReadonlySet<string> = new Set(["--server", "--token"])

const apart = (args: ReadonlyArray<string>) => {
  let at = 0
  for (let arg = args[at]; arg !== undefined && leading.has(split(arg).name); arg = args[at]) {
    at += split(arg).inline === undefined ? 2 : 1
  }
  return { before: args.slice(0, at), args: args.slice(at) }
}

/** Finds the command that the leading words name. */
export const understand = <V extends Known>(
  verbs: ReadonlyArray<V>,
  given: ReadonlyArray<string>
): Either.Either<Meaning<V>, Misunderstood> => {
  const { before, args } = apart(given[0] === "help" ? [...given.slice(1), "--help"] : given)
  const [first] = args
  if (first === undefined) return Either.right({ _tag: "Overview", group: verbs })
  if (first.startsWith("-")) {
    return asksHelp(args)
      ? Either.right({ _tag: "Overview", group: verbs })
      : Either.left(misunderstood(misplaced(first), []))
  }
  const group = verbs.filter(verb => verb.words[0] === first)
  if (group.length === 0) return Either.left(unknown("command", first, firstWords(verbs), []))
  const verb = group.find(({ words }) => words.every((word, index) => word === args[index]))
  if (verb !== undefined) {
    return Either.right(
      asksHelp(args)
        ? { _tag: "Help", verb, more: group.filter(other => other.words.length > verb.words.length) }
        : { _tag: "Run", verb, rest: [...before, ...args.slice(verb.words.length)] }
    )
  }
  return asksHelp(args)
    ? Either.right({ _tag: "Overview", group })
    : Either.left(incomplete(group, first, args[1]))
}

const misplaced = (option: string): string =>
  option === "--version"
    ? "--version stands alone: bfm --version; or: bfm version --json"
    : `${option} belongs behind a command: bfm COMMAND ${option}`

const firstWords = (verbs: ReadonlyArray<Known>): ReadonlyArray<string> => [
  ...new Set(verbs.flatMap(({ words }) => words.slice(0, 1)))
]

const incomplete = (
  group: ReadonlyArray<Known>,
  first: string,
  second: string | undefined
): Misunderstood => {
  const seconds = group.flatMap(({ words }) => words.slice(1, 2))
  return second === undefined || second.startsWith("-")
    ? misunderstood(`bfm ${first} needs one of: ${seconds.join(", ")}`, [first])
    : unknown(
        "command",
        `${first} ${second}`,
        seconds.map(word => `${first} ${word}`),
        [first]
      )
}

/** One sentence, and the command whose help is meant. */
export const misunderstood = (reason: string, words: ReadonlyArray<string>): Misunderstood => ({
  reason,
  help: ["bfm", ...words, "--help"].join(" ")
})

const unknown = (
  kind: string,
  word: string,
  candidates: ReadonlyArray<string>,
  words: ReadonlyArray<string>
): Misunderstood => misunderstood(`unknown ${kind} ${word}${Spelling.hint(word, candidates)}`, words)

/** Options, each with its value, and everything else. */
export interface Straight {
  readonly options: ReadonlyArray<string>
  readonly operands: ReadonlyArray<string>
}

/**
 * The same arguments in the one order that leaves no doubt: each option with its value, and the rest. Options that are unknown, lack their value or come twice end here: the parser would take a value for an
 * option or drop it without a word.
 */
export const straighten = (
  { words, flags }: Known,
  args: ReadonlyArray<string>
): Either.Either<Straight, Misunderstood> => {
  const options: Array<string> = []
  const operands: Array<string> = []
  const seen = new Set<string>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ""
    if (arg === "--") {
      operands.push(...args.slice(at + 1))
      break
    }
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg)
      continue
    }
    const { name, inline } = split(arg)
    const flag = flags.find(flag => name === `--${flag.name}` || name === `-${flag.alias}`)
    if (flag === undefined)
      return Either.left(
        unknown(
          "option",
          name,
          flags.map(flag => `--${flag.name}`),
          words
        )
      )
    const option = `--${flag.name}`
    if (seen.has(option) && flag.repeatable !== true)
      return Either.left(misunderstood(`${option} is given twice`, words))
    seen.add(option)
    if (flag.value === undefined) {
      if (inline !== undefined) return Either.left(misunderstood(`${option} takes no value`, words))
      options.push(option)
      continue
    }
    const value = inline ?? args[++at]
    if (value === undefined || value.trim() === "" || (inline === undefined && value.startsWith("-"))) {
      return Either.left(misunderstood(`${option} needs a value: ${option} ${flag.value}`, words))
    }
    options.push(option, value)
  }
  return Either.right({ options, operands })
}

const split = (arg: string): { readonly name: string; readonly inline: string | undefined } => {
  const at = arg.indexOf("=")
  return !arg.startsWith("--") || at === -1
    ? { name: arg, inline: undefined }
    : { name: arg.slice(0, at), inline: arg.slice(at + 1) }
}
