import * as Bfm from "../Bfm.ts"
import * as Command from "../Command.ts"
import type { Context } from "../Context.ts"
import * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"

interface Planned {
  readonly wall: number
  readonly steps: number
  readonly dependencies: number
  /** Kilobytes. */
  readonly memory: number
}

/** Planning in process, cold, a process each: time and peak memory, and how both grow. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { server, options } = context
  const [target, state] = [await server.fresh(), await server.fresh()]
  const env = Bfm.environment({ target: server.url(target), state: server.url(state) }, "sfm")
  const plan = async (count: number): Promise<Planned> => {
    const args = [context.files.planner, String(count)]
    return JSON.parse((await Command.run({ file: process.execPath, args, env })).stdout)
  }
  const rows: Array<Report.Row> = []
  let smallest: number | undefined
  for (const count of options.planned) {
    context.tell(`planning ${count} migrations, ${options.rounds} rounds`)
    const found: Array<Planned> = []
    for (let round = 0; round < options.rounds; round++) found.push(await plan(count))
    const wall = Rounds.median(found.map(planned => planned.wall))
    const memory = Rounds.median(found.map(planned => planned.memory))
    const promised = count === 10_000
    const what = `plan ${thousands(count)} migrations, ${thousands(found[0]?.dependencies ?? 0)} dependencies`
    smallest ??= wall / count
    rows.push({
      what,
      figure: Report.seconds(wall),
      reference: `${((wall / count) * 1_000).toFixed(0)} µs each`,
      ratio: wall / count / smallest,
      ...(promised ? { target: "< 1 s", met: wall < 1_000 } : {})
    })
    rows.push({
      ...Report.plain("  peak memory", Report.megabytes(memory)),
      ...(promised ? { target: "< 300 MB", met: memory < 300 * 1_024 } : {})
    })
  }
  return rows
}

const thousands = (count: number): string => count.toLocaleString("en").replaceAll(",", " ")
