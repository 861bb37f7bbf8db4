import type { Places } from "../Bfm.ts"
import * as Command from "../Command.ts"
import type { Context } from "../Context.ts"
import * as Programs from "../Programs.ts"
import * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"
import * as Service from "../Service.ts"

/** How soon the service is ready whose databases are there, and how much memory it holds. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { server, bfm, options } = context
  const [target, state] = [await server.fresh(), await server.fresh()]
  const places = { target: server.url(target), state: server.url(state) }
  await Command.run(bfm.command(["migrate", "up"], places))
  // The first one keeps the compiled code that the others find.
  await starting(context, places)
  context.tell(`starting the service, ${options.rounds} times`)
  const bare = { file: process.execPath, args: ["-e", "0"] }
  const found = await Rounds.inTurn(options.rounds, {
    bfm: () => starting(context, places),
    node: () => Command.measure(server, bare)
  })
  const [samples, reference] = [found["bfm"] ?? [], found["node"] ?? []]
  const ready = Rounds.of(samples)
  const { idle, asked } = await resident(context, places)
  return [
    {
      ...Report.against("bfm serve, until /health/ready says yes", samples, ["node -e 0", reference]),
      target: "< 1 s",
      met: ready < 1_000
    },
    {
      ...Report.plain("  memory, five seconds later", Report.megabytes(idle)),
      target: "< 150 MB",
      met: idle < 150 * 1_024
    },
    Report.plain("  memory, after 1000 requests", Report.megabytes(asked))
  ]
}

const starting = async (context: Context, places: Places) => {
  const program = await Service.start(context, places)
  const wall = await Programs.ready(program, "/health/ready")
  await program.end()
  return { wall }
}

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

const resident = async (context: Context, places: Places) => {
  const program = await Service.start(context, places)
  await Programs.ready(program, "/health/ready")
  await pause(5_000)
  const idle = Programs.memory(program)
  for (let count = 0; count < 1_000; count++) {
    const response = await fetch(`http://127.0.0.1:${program.port}/api/v1/migrations?limit=10`, {
      headers: { authorization: `Bearer ${Service.token}` }
    })
    await response.arrayBuffer()
  }
  await pause(2_000)
  const asked = Programs.memory(program)
  await program.end()
  return { idle, asked }
}
