import { hostname } from "node:os"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import * as Embedded from "./adapters/embedded/Server.ts"
import * as EngineAdapter from "./adapters/engine/Engine.ts"
import * as StateClient from "./adapters/state-sql/Client.ts"
import * as Config from "./Config.ts"
import { LockBusy, StateUnavailable } from "./domain/Errors.ts"
import * as Log from "./interfaces/service/Log.ts"
import * as Telemetry from "./interfaces/service/Telemetry.ts"
import * as Main from "./Main.ts"
import * as Pulse from "./pipeline/execute/Pulse.ts"
import * as Snapshot from "./pipeline/report/Snapshot.ts"
import * as Runs from "./pipeline/runs/Runs.ts"
import * as Watchdog from "./pipeline/runs/Watchdog.ts"
import * as WorkerLife from "./pipeline/runs/WorkerLife.ts"
import * as Workplace from "./pipeline/runs/Workplace.ts"
import { Lock } from "./ports/Lock.ts"
import { StateStore } from "./ports/StateStore.ts"

/** Stores, the runs of this worker, and where they are brought to. */
const foundation = (config: Config.WorkerConfig) => {
  const { maxRuns, shutdownGrace } = config.worker
  return Workplace.layer(maxRuns).pipe(
    Layer.provideMerge(Runs.layer({ concurrent: maxRuns, grace: shutdownGrace })),
    Layer.provideMerge(Snapshot.layer),
    Layer.provideMerge(Main.layer(config))
  )
}

/** Sessions in the state's database, for the engine's own tables. */
const sessions = ({ state, dataDir }: Config.WorkerConfig) => {
  if (state._tag === "Mysql") return StateClient.layerMysql(state)
  return Layer.unwrapEffect(
    Effect.map(Embedded.Embedded, embedded =>
      StateClient.layerPostgresql({ ...state, resolve: Main.locator(embedded) })
    )
  ).pipe(Layer.provide(Embedded.layer(dataDir)))
}

/** Milliseconds to wait for another worker that makes the engine's tables. */
const patience = 60_000

/**
 * The engine, with its tables: of workers that begin together only one makes them, because a half made one would be
 * taken for a whole.
 */
const engine = (config: Config.WorkerConfig) =>
  Effect.gen(function* () {
    const lock = yield* Lock
    const { address } = yield* StateStore
    const self = { host: hostname(), pid: process.pid }
    const made = Layer.build(Layer.provide(EngineAdapter.layer(self), sessions(config)))
    return yield* Effect.acquireUseRelease(
      Scope.make(),
      scope =>
        Scope.extend(
          lock.acquire(place, { runId: "", actor: "bfm worker" }, patience, () => Effect.void),
          scope
        ).pipe(Effect.zipRight(made)),
      Scope.close
    ).pipe(
      Effect.catchAll(cause =>
        cause instanceof LockBusy || cause instanceof StateUnavailable
          ? Effect.fail(cause)
          : new StateUnavailable({ address, action: "start the engine", reason: String(cause) })
      )
    )
  })

/** No connection has such a name. */
const place = { connection: "bfm worker", schema: "tables of the engine" }

/**
 * Carries out what is queued until `stopped` completes. Then it takes nothing new, lets the steps in flight end and be
 * recorded, and leaves the rest to the others. The value is the exit code.
 */
export const work = (version: string, stopped: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const config = yield* Config.loadWorker
    const { log, telemetry } = config.worker
    const speaking = Layer.provideMerge(Telemetry.layer({ ...telemetry, version }), Log.layer(log))
    return yield* working(config, version, stopped).pipe(
      Effect.withTracerEnabled(telemetry.endpoint !== undefined),
      Effect.provide(speaking),
      Effect.scoped,
      Effect.mapInputContext((context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))
    )
  })

const working = Effect.fnUntraced(function* (
  config: Config.WorkerConfig,
  version: string,
  stopped: Effect.Effect<void>
) {
  for (const notice of config.notices) yield* Effect.logInfo(notice)
  for (const warning of config.warnings) yield* Effect.logWarning(warning)
  const context = yield* Layer.build(foundation(config))
  return yield* Effect.provide(
    Effect.gen(function* () {
      yield* WorkerLife.live({ version, capacity: config.worker.maxRuns })
      const brought = yield* engine(config)
      const runs = yield* Runs.Runs
      const watching = yield* Effect.fork(Effect.provide(Watchdog.watch, brought))
      yield* Effect.logInfo(`working: worker ${Pulse.owner}, ${config.worker.maxRuns} runs at a time`)
      yield* stopped
      yield* Effect.logInfo(
        "stopping: the steps in flight end and are recorded, other workers go on with the rest"
      )
      yield* Fiber.interrupt(watching)
      yield* runs.drain
      return 0
    }),
    context
  )
})
