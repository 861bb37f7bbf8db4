import * as Effect from "effect/Effect"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import { main, program } from "./program.mts"

const args = process.argv.slice(2)

main(Effect.provide(Cli.run(program, args), Cli.screen(args)))
