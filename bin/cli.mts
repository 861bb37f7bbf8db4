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
const kept = <A, E>(layer: Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.effectContext(Effect.flatMap(Scope.make(), scope => Layer.buildWithScope(layer, scope)))

const lasting = { ...program, env: kept(program.env), checkup: kept(program.checkup) }

main(Effect.provide(Cli.run(lasting, args), Cli.screen(args)))
