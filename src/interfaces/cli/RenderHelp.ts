import * as Backend from "../../domain/Backend.ts"
import type * as Flag from "./Flag.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** What help says of a command. */
export interface Described {
  readonly words: ReadonlyArray<string>
  readonly summary: string
  readonly operands: string
  readonly examples: ReadonlyArray<string>
  readonly flags: ReadonlyArray<Flag.Shape>
}

/** All commands, or those of one group. */
export const overview = (
  style: Style,
  version: string,
  verbs: ReadonlyArray<Described>
): ReadonlyArray<string> => [
  `${style.colour.bold("bfm")} ${version}: changes ${Backend.products}, each change exactly once`,
  "",
  ...Text.indent(commands(style, verbs)),
  "",
  "Options and examples of one:  bfm migrate up --help",
  "Settings come from the environment or a .env file: .env.example explains each",
  "Exit codes: 0 done · 1 usage, configuration, source · 2 pending (--exit-code)",
  "            3 drift · 4 a step failed · 5 lock busy · 130 interrupted"
]

const commands = (style: Style, verbs: ReadonlyArray<Described>): ReadonlyArray<string> =>
  explained(
    verbs.map(({ words, summary }) => [["bfm", ...words].join(" "), summary]),
    style.colour.bold
  )

/** One command, with its options and examples; `more`: those that its words are the beginning of. */
export const verb = (
  style: Style,
  { words, summary, operands, examples, flags }: Described,
  more: ReadonlyArray<Described>
): ReadonlyArray<string> => [
  summary,
  "",
  `  ${style.colour.bold(["bfm", ...words].join(" "))}${operands === "" ? "" : ` ${operands}`} [options]`,
  "",
  "Options",
  ...Text.indent(
    explained([...flags.map(flag => [option(flag), flag.help] as const), ["-h, --help", "this text"]], String)
  ),
  "",
  examples.length === 1 ? "Example" : "Examples",
  ...Text.indent(examples),
  ...(more.length === 0 ? [] : ["", "More", ...Text.indent(commands(style, more))])
]

const widest = 80

/** Names in one column, what they mean in the other. */
const explained = (
  entries: ReadonlyArray<readonly [name: string, help: string]>,
  paint: (name: string) => string
): ReadonlyArray<string> => {
  const column = Text.widest(
    entries.map(([name]) => name),
    widest
  )
  return entries.flatMap(([name, help]) => {
    const [first = "", ...more] = Text.lines(help, widest - column - 4)
    const gap = " ".repeat(column - name.length + 2)
    return [`${paint(name)}${gap}${first}`, ...more.map(line => `${" ".repeat(column)}  ${line}`)]
  })
}

const option = ({ name, alias, value, repeatable }: Flag.Shape): string =>
  [
    alias === undefined ? "" : `-${alias}, `,
    `--${name}`,
    value === undefined ? "" : ` ${value}`,
    repeatable === true ? " …" : ""
  ].join("")
