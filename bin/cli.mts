import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Config from "../src/Config.ts"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import * as ExitCode from "../src/interfaces/cli/ExitCode.ts"
import * as Interruption from "../src/interfaces/cli/Interruption.ts"
import * as Main from "../src/Main.ts"

const args = process.argv.slice(2)
const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string }

/** Reads the configuration and says what is odd about it; nothing is opened before it is used. */
const env = Layer.unwrapEffect(
  Effect.gen(function* () {
    const config = yield* Config.load
    for (const notice of config.notices) yield* Effect.logInfo(notice)
    for (const warning of config.warnings) yield* Effect.logWarning(warning)
    return Main.layer(config)
  })
)

// Whoever reads our output may leave early (`| head`); a run goes on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})

const interruption = Interruption.make()
const fiber = Effect.runFork(
  Cli.run({ version, env }, args).pipe(
    Effect.provideService(Interruption.Interruption, interruption),
    Effect.provide(Cli.screen(args))
  )
)

const receive = (wish: Interruption.Wish) => () => {
  const answer = Interruption.receive(interruption, wish)
  if (answer === "interrupt") Effect.runFork(Fiber.interrupt(fiber))
  if (answer === "exit") process.exit(ExitCode.interrupted)
}
process.on("SIGINT", receive("abort"))
process.on("SIGTERM", receive("stop"))

fiber.addObserver(exit => {
  const code = Exit.isSuccess(exit)
    ? exit.value
    : Exit.isInterrupted(exit)
      ? ExitCode.interrupted
      : ExitCode.refused
  process.stdout.write("", () => process.exit(code))
})
