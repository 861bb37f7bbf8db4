import * as Command from "../Command.ts"
import type { Context } from "../Context.ts"
import * as Programs from "../Programs.ts"
import type * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"
import * as Service from "../Service.ts"

const { token } = Service

/** The service under load, against the least that could answer the same. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { server, bfm, options, files, changes } = context
  const [target, state] = [await server.fresh(), await server.fresh()]
  const places = { target: server.url(target), state: server.url(state) }
  await Command.run(bfm.command(["migrate", "up"], places))
  const other = await Service.port()
  const service = await Service.start(context, places)
  const bare = Programs.start(other, {
    file: process.execPath,
    args: [files.bareServer, String(other), places.state, token]
  })
  const path = `/api/v1/migrations/${changes[0]?.version}_${changes[0]?.name}_postgresql_core/status`
  try {
    for (const program of [service, bare]) await Programs.ready(program, path, token)
    context.tell(`status of one migration over 16 connections, ${options.rounds} rounds`)
    const question = { load: files.load, path, token, milliseconds: options.loadTime }
    const under = (program: Programs.Program) => async () => {
      const before = Programs.cpu(program)
      const { rate, answered } = await Programs.load(program, question)
      return { wall: 1_000 / rate, rate, client: (Programs.cpu(program) - before) / answered }
    }
    // What runs for days has been compiled by then.
    for (const program of [service, bare])
      await Programs.load(program, { ...question, milliseconds: 2 * options.loadTime })
    const found = await Rounds.inTurn(options.rounds, { bfm: under(service), bare: under(bare) })
    return rows(found["bfm"] ?? [], found["bare"] ?? [])
  } finally {
    await Promise.all([service.end(), bare.end()])
  }
}

const rows = (bfm: Rounds.Samples, bare: Rounds.Samples): ReadonlyArray<Report.Row> => {
  const ratio = Rounds.ratio(bfm, bare, "rate")
  const each = (samples: Rounds.Samples) => `${(Rounds.of(samples, "client") * 1_000).toFixed(0)} µs`
  return [
    {
      what: "GET status of a migration, 16 connections",
      figure: `${Rounds.of(bfm, "rate").toFixed(0)}/s`,
      reference: `bare ${Rounds.of(bare, "rate").toFixed(0)}/s`,
      ratio,
      target: "≥ 0.5",
      met: ratio >= 0.5
    },
    {
      what: "  processor time of the server for each",
      figure: each(bfm),
      reference: `bare ${each(bare)}`,
      ratio: Rounds.ratio(bfm, bare, "client")
    }
  ]
}
