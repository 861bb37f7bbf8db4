import type * as Flag from "./Flag.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
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
  `${style.colour.bold("bfm")} ${version}: changes PostgreSQL, GreptimeDB and etcd from one place, each change exactly once`,
  "",
  ...Text.indent(
    Table.lines(
      verbs.map(({ words, operands, summary }) => [
        style.colour.bold(["bfm", ...words, ...(operands === "" ? [] : [operands])].join(" ")),
        summary
      ])
    )
  ),
  "",
  "Options and examples of one:  bfm migrate up --help",
  "Settings come from the environment or a .env file: .env.example explains each",
  "Exit codes: 0 done · 1 usage, configuration or source · 2 pending (status --exit-code)",
  "            3 changed after it was applied · 4 a step failed · 5 lock busy · 130 interrupted"
]

/** One command, with its options and examples. */
export const verb = (
  style: Style,
  { words, summary, operands, examples, flags }: Described
): ReadonlyArray<string> => [
  summary,
  "",
  `  ${style.colour.bold(["bfm", ...words].join(" "))}${operands === "" ? "" : ` ${operands}`} [options]`,
  "",
  "Options",
  ...Text.indent(Table.lines([...flags.map(flag => [option(flag), flag.help]), ["-h, --help", "this text"]])),
  "",
  examples.length === 1 ? "Example" : "Examples",
  ...Text.indent(examples)
]

const option = ({ name, alias, value, repeatable }: Flag.Shape): string =>
  [
    alias === undefined ? "" : `-${alias}, `,
    `--${name}`,
    value === undefined ? "" : ` ${value}`,
    repeatable === true ? " …" : ""
  ].join("")
