import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import { Interruption } from "../src/interfaces/cli/Interruption.ts"
import * as Worker from "../src/Worker.ts"
import { main, program } from "./program.mts"

const args = process.argv.slice(2)

/** Being told to stop is how a worker ends: no interruption. */
const worker = Effect.flatMap(Interruption, shared => {
  shared.busy = true
  shared.patient = true
  return Worker.work(program.version, Deferred.await(shared.stop))
})

main(Effect.provide(Cli.run({ ...program, worker }, args), Cli.screen(args)))
