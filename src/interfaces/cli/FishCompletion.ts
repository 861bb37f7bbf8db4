import * as Completion from "./Completion.ts"
import type * as Flag from "./Flag.ts"

/** The script that fish reads with `bfm completions fish | source`. */
export const script = (places: ReadonlyArray<Completion.Place>): ReadonlyArray<string> => [
  "# Completion of bfm in fish: bfm completions fish | source",
  "function __bfm_at",
  "  set -l command ''",
  "  for word in (commandline -opc)[2..-1]",
  '    switch (string trim -- "$command $word")',
  `      case ${commands(places).join(" ")}`,
  '        set command (string trim -- "$command $word")',
  "    end",
  "  end",
  '  test "$command" = "$argv[1]"',
  "end",
  "for program in bfm bfm-cli",
  "  complete -c $program -f",
  ...places.flatMap(place => [
    ...place.next.map(({ word, summary }) => line(place, ["-a", Completion.quoted(word)], summary)),
    ...place.flags.map(flag => line(place, option(flag), flag.help))
  ]),
  "end"
]

const commands = (places: ReadonlyArray<Completion.Place>): ReadonlyArray<string> =>
  places.flatMap(({ command }) => (command === "" ? [] : [Completion.quoted(command)]))

const line = ({ command }: Completion.Place, what: ReadonlyArray<string>, summary: string): string =>
  [
    "  complete -c $program -n",
    Completion.quoted(`__bfm_at "${command}"`),
    ...what,
    ...(summary === "" ? [] : ["-d", Completion.quoted(summary)])
  ].join(" ")

const option = (flag: Flag.Shape): ReadonlyArray<string> => [
  "-l",
  flag.name,
  ...(flag.alias === undefined ? [] : ["-s", flag.alias]),
  ...(flag.value === undefined ? [] : ["-x"]),
  ...(flag.choices !== undefined
    ? ["-a", Completion.quoted(flag.choices.join(" "))]
    : flag.value === "DIR"
      ? ["-a", "'(__fish_complete_directories)'"]
      : [])
]
