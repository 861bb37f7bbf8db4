import * as Effect from "effect/Effect"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import * as Worker from "../src/Worker.ts"
import { lasting, main, program } from "./program.mts"

const args = process.argv.slice(2)

const worker = lasting(stop => Worker.work(program.version, stop))

main(Effect.provide(Cli.run({ ...program, worker }, args), Cli.screen(args)))
