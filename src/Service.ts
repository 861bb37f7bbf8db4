import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import * as Tokens from "./adapters/tokens/Identity.ts"
import * as Config from "./Config.ts"
import * as Tls from "./config/Tls.ts"
import { ConfigInvalid } from "./domain/Errors.ts"
import * as Grpc from "./interfaces/grpc/Server.ts"
import { MetricsText } from "./interfaces/http/MetricsText.ts"
import * as Http from "./interfaces/http/Server.ts"
import * as Log from "./interfaces/service/Log.ts"
import * as Prometheus from "./interfaces/service/Prometheus.ts"
import * as Telemetry from "./interfaces/service/Telemetry.ts"
import * as Main from "./Main.ts"
import * as Metrics from "./pipeline/execute/Metrics.ts"
import * as Health from "./pipeline/report/Health.ts"
import * as Reindex from "./pipeline/report/Reindex.ts"
import * as Snapshot from "./pipeline/report/Snapshot.ts"
import * as Abandoned from "./pipeline/runs/Abandoned.ts"
import * as AutoMigrate from "./pipeline/runs/AutoMigrate.ts"
import * as Runs from "./pipeline/runs/Runs.ts"

/** On every address of the machine. */
const host = "0.0.0.0"

/** What HTTP and gRPC stand on: stores, runs, what is known of everything, and who may ask. */
const foundation = (config: Config.ServiceConfig) =>
  Health.layer.pipe(
    Layer.provideMerge(
      Runs.layer({
        concurrent: config.server.maxRuns,
        grace: config.server.shutdownGrace,
        queue: config.server.queue
      })
    ),
    Layer.provideMerge(Snapshot.layer),
    Layer.provideMerge(Main.layer(config)),
    Layer.merge(Tokens.layer(sources(config.server)))
  )

const sources = ({ token, tokensFile }: Config.ServiceConfig["server"]) => ({
  ...(token === undefined ? {} : { token }),
  ...(tokensFile === undefined ? {} : { file: tokensFile })
})

/** Figures as they are when somebody asks. */
const figures = Layer.effect(
  MetricsText,
  Effect.gen(function* () {
    const snapshot = yield* Snapshot.Snapshot
    const text = yield* Prometheus.text
    const standing = Effect.flatMap(snapshot.current, ({ connections }) => Metrics.standing(connections))
    return { render: Effect.zipRight(standing, text) }
  })
)

/** What the program itself brings along. */
export interface Shipped {
  readonly version: string
  /** The directory of the page. */
  readonly page: string
}

/** Both servers, listening. */
const servers = (config: Config.ServiceConfig, page: string, tls: Tls.Identity | undefined) => {
  const { httpPort, grpcPort, corsOrigins, bodyLimit, telemetry } = config.server
  const http = Http.layer({
    port: httpPort,
    host,
    tls,
    corsOrigins,
    bodyLimit,
    page,
    traced: telemetry.endpoint !== undefined
  })
  const grpc = Grpc.layer({ port: grpcPort, host, tls, messageLimit: bodyLimit })
  return Layer.merge(
    Layer.catchAll(http, ({ message }) => Layer.fail(taken("BFM_HTTP_PORT", message))),
    Layer.catchAll(grpc, ({ message }) => Layer.fail(taken("BFM_GRPC_PORT", message)))
  ).pipe(Layer.provide(figures))
}

const taken = (variable: string, reason: string) => new ConfigInvalid({ problems: [{ variable, reason }] })

/**
 * Runs the service until `stopped` completes. Then it begins nothing new, lets the step in flight end and be
 * recorded, and closes. The value is the exit code.
 */
export const serve = ({ version, page }: Shipped, stopped: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const config = yield* Config.loadService
    const { log, telemetry } = config.server
    const speaking = Layer.provideMerge(Telemetry.layer({ ...telemetry, version }), Log.layer(log))
    return yield* live(config, page, stopped).pipe(
      // Spans that nobody collects cost time all the same.
      Effect.withTracerEnabled(telemetry.endpoint !== undefined),
      Effect.provide(speaking),
      Effect.scoped,
      // Each request is a trace of its own, and not a part of the command that began the service.
      Effect.mapInputContext((context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))
    )
  })

const live = Effect.fnUntraced(function* (
  config: Config.ServiceConfig,
  page: string,
  stopped: Effect.Effect<void>
) {
  for (const notice of config.notices) yield* Effect.logInfo(notice)
  for (const warning of config.warnings) yield* Effect.logWarning(warning)
  const tls = config.server.tls === undefined ? undefined : yield* Tls.read(config.server.tls)
  const context = yield* Layer.build(Layer.provideMerge(servers(config, page, tls), foundation(config)))
  return yield* Effect.provide(working(config, stopped), context)
})

const working = Effect.fnUntraced(function* (config: Config.ServiceConfig, stopped: Effect.Effect<void>) {
  const { port } = yield* Http.HttpAddress
  const grpc = yield* Grpc.GrpcServer
  const runs = yield* Runs.Runs
  const secure = config.server.tls === undefined ? "" : "S"
  yield* Effect.logInfo(`listening: HTTP${secure} on ${host}:${port}, gRPC on ${host}:${grpc.port}`)
  const background = yield* Effect.fork(inBackground(config.server))
  yield* stopped
  yield* Effect.logInfo("stopping: nothing new is begun, the step in flight ends and is recorded")
  yield* Fiber.interruptFork(background)
  yield* runs.drain
  return 0
})

/** What the service does without being asked. */
const inBackground = ({ autoMigrate, reindexInterval }: Config.ServiceConfig["server"]) => {
  const { connections, retryInterval, maxRounds } = autoMigrate
  const migrating = autoMigrate.enabled
    ? AutoMigrate.run({ connections, interval: retryInterval, rounds: maxRounds })
    : Effect.void
  const lost = said("runs", Abandoned.mark())
  const looking =
    reindexInterval === 0
      ? lost
      : Effect.repeat(
          Effect.zipRight(said("reindex", Reindex.reindex()), lost),
          Schedule.spaced(reindexInterval)
        )
  return Effect.all([migrating, looking], { concurrency: "unbounded", discard: true })
}

const said = <E extends { readonly message: string }, R>(what: string, work: Effect.Effect<unknown, E, R>) =>
  Effect.catchAll(work, error => Effect.logWarning(`${what}: ${error.message}`))
