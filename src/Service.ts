import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import * as Tokens from "./adapters/tokens/Identity.ts"
import * as Config from "./Config.ts"
import * as Tls from "./config/Tls.ts"
import * as Address from "./domain/Address.ts"
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

/** Where a service can be reached. */
interface Reach {
  readonly host: string
  /** Where a port is taken, any other one will do. */
  readonly anyPort: Config.DevConfig["anyPort"]
}

const asked = { http: false, grpc: false }

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
const servers = (
  config: Config.ServiceConfig,
  page: string,
  tls: Tls.Identity | undefined,
  { host, anyPort }: Reach
) => {
  const { httpPort, grpcPort, corsOrigins, bodyLimit, telemetry } = config.server
  const http = Http.layer({
    port: httpPort,
    anyPort: anyPort.http,
    host,
    tls,
    corsOrigins,
    bodyLimit,
    page,
    traced: telemetry.endpoint !== undefined
  })
  const grpc = Grpc.layer({ port: grpcPort, anyPort: anyPort.grpc, host, tls, messageLimit: bodyLimit })
  return Layer.merge(
    Layer.catchAll(http, ({ message }) => Layer.fail(unheard("BFM_HTTP_PORT", message))),
    Layer.catchAll(grpc, ({ message }) => Layer.fail(unheard("BFM_GRPC_PORT", message)))
  ).pipe(Layer.provide(figures))
}

/** The port is taken, or the machine has no such address. */
const unheard = (port: string, reason: string) =>
  new ConfigInvalid({
    problems: [{ variable: /EADDRNOTAVAIL|EAFNOSUPPORT/.test(reason) ? "BFM_LISTEN_ADDRESS" : port, reason }]
  })

/** What is known of a service that listens. */
export interface Listening {
  readonly http: number
  readonly grpc: number
}

/**
 * Runs the service until `stopped` completes. Then it begins nothing new, lets the step in flight end and be
 * recorded, and closes. The value is the exit code.
 */
export const serve = (shipped: Shipped, stopped: Effect.Effect<void>) =>
  Effect.flatMap(Config.loadService, config =>
    live(config, shipped, { host: config.server.host, anyPort: asked }, () => stopped)
  )

/**
 * The same for whoever tries it: only this machine can ask it, with a token that is made for it. `told` hears where,
 * once it listens.
 */
export const dev = (
  shipped: Shipped,
  kind: "configured" | "embedded",
  told: (dev: Config.DevConfig, listening: Listening) => Effect.Effect<void>,
  stopped: Effect.Effect<void>
) =>
  Effect.flatMap(Config.loadDev(kind), dev =>
    live(dev.config, shipped, { host: "127.0.0.1", anyPort: dev.anyPort }, listening =>
      Effect.zipRight(told(dev, listening), stopped)
    )
  )

const live = (
  config: Config.ServiceConfig,
  { version, page }: Shipped,
  reach: Reach,
  stopped: (listening: Listening) => Effect.Effect<void>
) => {
  const { log, telemetry } = config.server
  return Effect.gen(function* () {
    for (const notice of config.notices) yield* Effect.logInfo(notice)
    for (const warning of config.warnings) yield* Effect.logWarning(warning)
    const tls = config.server.tls === undefined ? undefined : yield* Tls.read(config.server.tls)
    const opened = Layer.provideMerge(servers(config, page, tls, reach), foundation(config))
    return yield* Effect.provide(working(config, reach, stopped), yield* Layer.build(opened))
  }).pipe(
    // Spans that nobody collects cost time all the same.
    Effect.withTracerEnabled(telemetry.endpoint !== undefined),
    Effect.provide(Layer.provideMerge(Telemetry.layer({ ...telemetry, version }), Log.layer(log))),
    Effect.scoped,
    // Each request is a trace of its own, and not a part of the command that began the service.
    Effect.mapInputContext((context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))
  )
}

const working = Effect.fnUntraced(function* (
  config: Config.ServiceConfig,
  { host }: Reach,
  stopped: (listening: Listening) => Effect.Effect<void>
) {
  const { port: http } = yield* Http.HttpAddress
  const { port: grpc } = yield* Grpc.GrpcServer
  const runs = yield* Runs.Runs
  const secure = config.server.tls === undefined ? "" : "S"
  const at = (port: number) => Address.of(host, port)
  yield* Effect.logInfo(`listening: HTTP${secure} on ${at(http)}, gRPC on ${at(grpc)}`)
  const background = yield* Effect.fork(inBackground(config.server))
  yield* stopped({ http, grpc })
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
