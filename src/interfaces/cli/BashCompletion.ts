import * as Completion from "./Completion.ts"
import type * as Flag from "./Flag.ts"

/** The script that bash reads with `source <(bfm completions bash)`. */
export const script = (places: ReadonlyArray<Completion.Place>): ReadonlyArray<string> => [
  "# Completion of bfm in bash: source <(bfm completions bash)",
  "_bfm() {",
  `  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command='' options='' next='' word`,
  `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
  `    case "\${command:+$command }$word" in`,
  `      ${commands(places).join("|")}) command="\${command:+$command }$word" ;;`,
  "    esac",
  "  done",
  `  case "$command" in`,
  ...places.map(place => `    ${Completion.quoted(place.command)}) ${offered(place)} ;;`),
  "  esac",
  `  case "$command $before" in`,
  ...places.flatMap(place => place.flags.flatMap(flag => value(place, flag))),
  "  esac",
  `  if [[ $current == -* ]]; then next=$options; fi`,
  `  COMPREPLY=($(compgen -W "$next" -- "$current"))`,
  "}",
  "complete -F _bfm bfm bfm-cli"
]

const commands = (places: ReadonlyArray<Completion.Place>): ReadonlyArray<string> =>
  places.flatMap(({ command }) => (command === "" ? [] : [Completion.quoted(command)]))

const offered = ({ next, flags }: Completion.Place): string =>
  [
    `next=${Completion.quoted(next.map(({ word }) => word).join(" "))}`,
    `options=${Completion.quoted(flags.flatMap(Completion.spellings).join(" "))}`
  ].join(" ")

/** What stands behind an option that wants a value. */
const value = ({ command }: Completion.Place, flag: Flag.Shape): ReadonlyArray<string> => {
  if (flag.value === undefined) return []
  const behind = Completion.spellings(flag).map(option => Completion.quoted(`${command} ${option}`))
  const answer =
    flag.choices !== undefined
      ? `COMPREPLY=($(compgen -W ${Completion.quoted(flag.choices.join(" "))} -- "$current"))`
      : flag.value === "DIR"
        ? `COMPREPLY=($(compgen -d -- "$current"))`
        : "COMPREPLY=()"
  return [`    ${behind.join("|")}) ${answer}; return ;;`]
}
