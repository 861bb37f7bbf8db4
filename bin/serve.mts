import { fileURLToPath } from "node:url"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import { Interruption } from "../src/interfaces/cli/Interruption.ts"
import * as Service from "../src/Service.ts"
import { main, program } from "./program.mts"

const args = process.argv.slice(2)

/** Where the build puts the page: beside this program. */
const page = fileURLToPath(new URL("./ui/", import.meta.url))

/** Being told to stop is how a service ends: no interruption. */
const serve = Effect.flatMap(Interruption, shared => {
  shared.busy = true
  shared.patient = true
  return Service.serve({ version: program.version, page }, Deferred.await(shared.stop))
})

main(Effect.provide(Cli.run({ ...program, serve }, args), Cli.screen(args)))
