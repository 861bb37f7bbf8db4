import { parseArgs } from "node:util"

export const groups = ["apply", "nothing", "plan", "latency", "serve", "start", "history", "tenants"] as const
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
  /** Tenants that one migration is applied in; a promise was made for the second of them. */
  readonly tenants: readonly [number, number, ...ReadonlyArray<number>]
  /** Tenants in which there is nothing to do. */
  readonly idleTenants: number
  /** Tenants in which twenty migrations are planned. */
  readonly plannedTenants: number
  /** Whether docs/benchmarks.md is written. */
  readonly write: boolean
  /** Milliseconds that a server is asked in each round. */
  readonly loadTime: number
}

export const usage = `npm run bench -- [--quick] [--rounds N] [--write] [GROUP…]
Groups: ${groups.join(", ")}; all of them when none is named.
--quick: fewer rounds, 200 migrations instead of 1000. Its ratios say little about the targets.
--write: the report is docs/benchmarks.md too.`

/** The options, or why they cannot be understood. */
export const parse = (args: ReadonlyArray<string>): Options | string => {
  const flags = {
    quick: { type: "boolean" },
    rounds: { type: "string" },
    write: { type: "boolean" },
    help: { type: "boolean" }
  } as const
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
    tenants: quick ? [50, 200] : [100, 2_000, 10_000],
    idleTenants: quick ? 500 : 5_000,
    plannedTenants: quick ? 1_000 : 10_000,
    write: values.write === true,
    loadTime: quick ? 1_500 : 4_000
  }
}
