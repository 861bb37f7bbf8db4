import { spawn } from "node:child_process"
import type { Places } from "../Bfm.ts"
import * as Contestants from "../Contestants.ts"
import type { Context } from "../Context.ts"
import * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"
import { connect } from "../Server.ts"

const oneWay = 1

/** A server that is two milliseconds away: what counts is how often one waits for an answer. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { options, psql, changes, server } = context
  const proxy = await startProxy(context)
  const far = (url: string) => url.replace(`:${server.address.port}/`, `:${proxy.port}/`)
  const target = ({ target, state }: Places): Places => ({ target: far(target), state })
  const both = ({ target, state }: Places): Places => ({ target: far(target), state: far(state) })
  const added = (await roundTrip(far(server.url("postgres")))) - (await roundTrip(server.url("postgres")))
  context.tell(`applying behind a proxy that adds ${added.toFixed(1)} ms, ${options.rounds} rounds`)
  const found = await Rounds.inTurn(options.rounds, {
    bare: Contestants.bare(context, target),
    bfm: Contestants.bfm(context, target),
    state: Contestants.bfm(context, both),
    ...(psql._tag === "Found" ? { psql: Contestants.psql(context, psql.file, target) } : {})
  })
  proxy.close()
  const reference = ["bare statements", found["bare"] ?? []] as const
  const what = `bfm migrate up, ${changes.length} pending, +${added.toFixed(1)} ms`
  return [
    Report.against(what, found["bfm"] ?? [], reference, 1.3),
    Report.against("  the state as far away too", found["state"] ?? [], reference),
    ...(found["psql"] === undefined
      ? []
      : [Report.against("  psql -f as far away", found["psql"], reference)])
  ]
}

/** Milliseconds for a question and its answer. */
const roundTrip = async (url: string): Promise<number> => {
  const client = await connect(url)
  const times: Array<number> = []
  for (let count = 0; count < 100; count++) {
    const began = performance.now()
    await client.query("SELECT 1")
    times.push(performance.now() - began)
  }
  await client.end()
  return Rounds.median(times)
}

const startProxy = async ({ files, server }: Context) => {
  const { host, port } = server.address
  const child = spawn(process.execPath, [files.proxy, host, String(port), String(oneWay)], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const said = await new Promise<string>(resolve => child.stdout.once("data", chunk => resolve(`${chunk}`)))
  return { port: Number(said), close: () => child.stdin.end() }
}
