import * as Effect from "effect/Effect"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import * as Service from "../src/Service.ts"
import { lasting, main, program } from "./program.mts"
import { shipped, tried } from "./tried.mts"

const args = process.argv.slice(2)

const serve = lasting(stop => Service.serve(shipped, stop))
const dev = tried("embedded", [])

main(Effect.provide(Cli.run({ ...program, serve, dev }, args), Cli.screen(args)))
