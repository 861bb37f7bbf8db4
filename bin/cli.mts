import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import { main, program } from "./program.mts"

const args = process.argv.slice(2)

/**
 * The end of the process closes what a command has opened. All that matters is written by then, and waiting
 * until each server has said goodbye would take longer than many a command.
 */
const kept = Layer.effectContext(
  Effect.flatMap(Scope.make(), scope => Layer.buildWithScope(program.env, scope))
)

main(Effect.provide(Cli.run({ ...program, env: kept }, args), Cli.screen(args)))
