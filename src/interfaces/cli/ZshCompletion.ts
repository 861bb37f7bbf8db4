import * as Completion from "./Completion.ts"
import type * as Flag from "./Flag.ts"

/** The script that zsh reads with `source <(bfm completions zsh)`, or as `_bfm` from a directory of its `fpath`. */
export const script = (places: ReadonlyArray<Completion.Place>): ReadonlyArray<string> => [
  "#compdef bfm bfm-cli",
  "# Completion of bfm in zsh: source <(bfm completions zsh)",
  "_bfm() {",
  `  local current=$words[CURRENT] before=$words[CURRENT-1] command='' word`,
  "  local -a options next",
  `  for word in "\${(@)words[2,CURRENT-1]}"; do`,
  `    case "\${command:+$command }$word" in`,
  `      ${commands(places).join("|")}) command="\${command:+$command }$word" ;;`,
  "    esac",
  "  done",
  `  case "$command" in`,
  ...places.flatMap(offered),
  "  esac",
  `  case "$command $before" in`,
  ...places.flatMap(place => place.flags.flatMap(flag => value(place, flag))),
  "  esac",
  `  if [[ $current == -* ]]; then _describe option options; else _describe command next; fi`,
  "}",
  "compdef _bfm bfm bfm-cli"
]

const commands = (places: ReadonlyArray<Completion.Place>): ReadonlyArray<string> =>
  places.flatMap(({ command }) => (command === "" ? [] : [Completion.quoted(command)]))

const offered = ({ command, next, flags }: Completion.Place): ReadonlyArray<string> => [
  `    ${Completion.quoted(command)})`,
  `      next=(${next.map(({ word, summary }) => described(word, summary)).join(" ")})`,
  `      options=(${flags.flatMap(flag => Completion.spellings(flag).map(option => described(option, flag.help))).join(" ")}) ;;`
]

/** `word:what it means`. */
const described = (word: string, summary: string): string =>
  Completion.quoted(summary === "" ? word : `${word}:${summary}`)

const value = ({ command }: Completion.Place, flag: Flag.Shape): ReadonlyArray<string> => {
  if (flag.value === undefined) return []
  const behind = Completion.spellings(flag).map(option => Completion.quoted(`${command} ${option}`))
  const answer =
    flag.choices !== undefined
      ? `compadd -- ${flag.choices.join(" ")}`
      : flag.value === "DIR"
        ? "_files -/"
        : `_message ${Completion.quoted(flag.help)}`
  return [`    ${behind.join("|")}) ${answer}; return ;;`]
}
