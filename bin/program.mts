import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as FilesRegistry from "../src/adapters/files/Registry.ts"
import * as Config from "../src/Config.ts"
import * as Named from "../src/config/Named.ts"
import * as Predecessor from "../src/config/Predecessor.ts"
import type * as Commands from "../src/interfaces/cli/Commands.ts"
import * as ExitCode from "../src/interfaces/cli/ExitCode.ts"
import * as Interruption from "../src/interfaces/cli/Interruption.ts"
import * as Main from "../src/Main.ts"

/** Written in by the build. */
declare const BFM_VERSION: string

/** Says what is odd about the configuration; nothing is opened before it is used. */
const spoken = (config: Config.BfmConfig) =>
  Effect.gen(function* () {
    for (const notice of config.notices) yield* Effect.logInfo(notice)
    for (const warning of config.warnings) yield* Effect.logWarning(warning)
    return config
  })

const env = Layer.unwrapEffect(Effect.flatMap(Config.load, spoken).pipe(Effect.map(Main.layer)))

const files = Layer.merge(NodeFileSystem.layer, NodePath.layer)

export const program: Commands.Program = {
  version: BFM_VERSION,
  env,
  checkup: Layer.unwrapEffect(Effect.map(Config.load, Main.checkup)),
  sources: {
    path: Config.sfmDirectory,
    layer: path => Layer.merge(FilesRegistry.layer(path), files)
  },
  records: ({ from, stateSchema, path }) =>
    Layer.unwrapEffect(
      Effect.gen(function* () {
        const config = yield* spoken(yield* Config.loadFrom(path))
        const place = yield* Predecessor.place(config.state, from, stateSchema)
        return Layer.mergeAll(Main.layer(config), Main.predecessor(config, place), files)
      })
    ),
  foreign: path =>
    Layer.unwrapEffect(
      Effect.map(Effect.flatMap(Config.loadFrom(path), spoken), config =>
        Layer.mergeAll(Main.layer(config), Main.foreign(config), files)
      )
    ),
  bench: url =>
    Layer.unwrapEffect(
      Effect.gen(function* () {
        const config = yield* spoken(yield* Config.load)
        const elsewhere = url === undefined ? undefined : yield* Named.postgresql("--scratch-url", url)
        return Layer.merge(Main.layer(config), Main.scratch(config, elsewhere))
      })
    ),
  remote: {
    named: Config.remote,
    // Most commands ask no service, and do not wait for what that needs.
    layer: address =>
      Layer.unwrapEffect(
        Effect.map(
          Effect.promise(() => import("../src/interfaces/remote/Service.ts")),
          service => service.layer(address)
        )
      )
  }
}

/** What goes on until the process is told to stop: that is how it ends, and no interruption. */
export const lasting = <A, E, R>(
  begin: (stop: Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Interruption.Interruption, shared => {
    shared.busy = true
    shared.patient = true
    return begin(Deferred.await(shared.stop))
  })

/** Runs the effect as this process: signals reach it, and its value is the exit code. */
export const main = (effect: Effect.Effect<number>): void => {
  // The bundle is loaded without stack traces.
  Error.stackTraceLimit = 10
  let unwritten: string | undefined
  // Whoever reads our output may leave early (`| head`); a run goes on.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") unwritten ??= error.code ?? error.message
    })
  }
  // What migrations in TypeScript print is no part of what was asked for.
  globalThis.console = new console.Console(process.stderr)
  let over = false
  process.on("exit", code => {
    if (over || code !== 0) return
    process.stderr.write("✘ ended before it was done: a migration in TypeScript called process.exit\n")
    process.exitCode = ExitCode.refused
  })
  // A command that only waits must not look finished to Node, which would end with code 0.
  setInterval(() => {}, 2 ** 30)
  const interruption = Interruption.make()
  const fiber = Effect.runFork(Effect.provideService(effect, Interruption.Interruption, interruption))
  const receive = (wish: Interruption.Wish) => () => {
    const answer = Interruption.receive(interruption, wish)
    if (answer === "interrupt") Effect.runFork(Fiber.interrupt(fiber))
    if (answer === "exit") process.exit(ExitCode.interrupted)
  }
  process.on("SIGINT", receive("abort"))
  process.on("SIGTERM", receive("stop"))
  process.on("SIGHUP", receive("stop"))
  fiber.addObserver(exit => {
    const stopped = Exit.isFailure(exit) && Exit.isInterrupted(exit)
    const code = Exit.isSuccess(exit) ? exit.value : stopped ? ExitCode.interrupted : ExitCode.refused
    const end = () => {
      over = true
      if (unwritten !== undefined) process.stderr.write(`✘ the output could not be written: ${unwritten}\n`)
      process.exit(unwritten !== undefined && code === 0 ? ExitCode.refused : code)
    }
    // What could not be written is told right after this callback.
    process.stdout.write("", () => setImmediate(end))
  })
}
