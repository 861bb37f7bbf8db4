import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Tokens from "../../../src/adapters/tokens/Identity.ts"
import type * as Known from "../../../src/adapters/tokens/Known.ts"
import * as Config from "../../../src/Config.ts"
import * as Server from "../../../src/interfaces/grpc/Server.ts"
import * as Main from "../../../src/Main.ts"
import * as Health from "../../../src/pipeline/report/Health.ts"
import * as Snapshot from "../../../src/pipeline/report/Snapshot.ts"
import * as Runs from "../../../src/pipeline/runs/Runs.ts"
import type * as Project from "../../fixtures/Project.ts"
import * as Client from "./Client.ts"

/** What the token of every test is, where it does not matter. */
export const token = "s3cret-token-of-the-service"

interface Options {
  readonly tokens?: Known.Sources
  readonly environment?: Readonly<Record<string, string>>
  readonly server?: Partial<Server.Options>
  readonly grace?: number
}

/** One line of the log, with everything that stands in it. */
export type Line = string

interface Running {
  readonly port: number
  /** Waits for a line of the log, also for one that was written before. */
  readonly said: (pattern: RegExp) => Effect.Effect<Line>
}

const logging = Effect.map(PubSub.unbounded<Line>({ replay: Number.MAX_SAFE_INTEGER }), lines => ({
  layer: Logger.replace(
    Logger.defaultLogger,
    Logger.make(options => {
      lines.unsafeOffer(JSON.stringify(Logger.structuredLogger.log(options)))
    })
  ),
  said: (pattern: RegExp) =>
    Stream.fromPubSub(lines).pipe(
      Stream.filter(line => pattern.test(line)),
      Stream.runHead,
      Effect.flatten,
      Effect.timeout("120 seconds"),
      Effect.orDie
    )
}))

/** A service of the project, as `serve` puts it together; it ends with the scope. */
export const start = (project: Project.Project, options: Options = {}) =>
  Effect.gen(function* () {
    const environment = { ...project.environment, ...options.environment }
    const config = yield* Config.decode(environment, yield* Config.sources(environment))
    const log = yield* logging
    const pipeline = Runs.layer({ concurrent: 4, grace: options.grace ?? 30_000 }).pipe(
      Layer.provideMerge(Snapshot.layer),
      Layer.provideMerge(Main.layer(config)),
      Layer.provideMerge(Tokens.layer(options.tokens ?? { token: Redacted.make(token) }))
    )
    const server = Server.layer({ host: "127.0.0.1", port: 0, messageLimit: 1_048_576, ...options.server })
    const context = yield* Layer.build(
      server.pipe(Layer.provideMerge(Health.layer), Layer.provideMerge(pipeline), Layer.provide(log.layer))
    )
    const running: Running = { port: Context.get(context, Server.GrpcServer).port, said: log.said }
    return running
  })

/** The same with a client that may do everything. */
export const connected = (project: Project.Project, options: Options = {}) =>
  Effect.flatMap(start(project, options), ({ port }) => Client.connect(port, token))
