import { parseArgs } from "node:util"

export const groups = ["apply", "nothing", "plan", "latency", "serve", "start", "history"] as const
export type Group = (typeof groups)[number]

/** What was asked for on the command line. */
export interface Options {
  readonly groups: ReadonlySet<Group>
  /** Rounds of runs that take seconds. */
  readonly rounds: number
  /** Rounds of runs that take a fraction of one. */
  readonly shortRounds: number
  readonly migrations: number
  readonly planned: ReadonlyArray<number>
  /** Milliseconds that a server is asked in each round. */
  readonly loadTime: number
}

export const usage = `npm run bench -- [--quick] [--rounds N] [GROUP…]
Groups: ${groups.join(", ")}; all of them when none is named.
--quick: fewer rounds, 200 migrations instead of 1000. Its ratios say little about the targets.`

/** The options, or why they cannot be understood. */
export const parse = (args: ReadonlyArray<string>): Options | string => {
  const flags = { quick: { type: "boolean" }, rounds: { type: "string" }, help: { type: "boolean" } } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    options: flags,
    allowPositionals: true,
    strict: false
  })
  const quick = values.quick === true
  const wanted = groups.filter(group => positionals.includes(group))
  const unknown = positionals.filter(name => groups.every(group => group !== name))
  const rounds = Number(values.rounds ?? (quick ? 1 : 5))
  if (values.help === true || unknown.length > 0 || !(Number.isInteger(rounds) && rounds > 0)) return usage
  return {
    groups: new Set(wanted.length === 0 ? groups : wanted),
    rounds,
    shortRounds: quick ? 5 : Math.max(20, 4 * rounds),
    migrations: quick ? 200 : 1000,
    planned: quick ? [1_000, 10_000] : [1_000, 10_000, 50_000],
    loadTime: quick ? 1_500 : 4_000
  }
}
