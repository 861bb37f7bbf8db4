import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Config from "../../../src/Config.ts"
import { TooManyAttempts, Unauthenticated } from "../../../src/domain/Errors.ts"
import type { Principal } from "../../../src/domain/Principal.ts"
import * as Server from "../../../src/interfaces/http/Server.ts"
import * as Main from "../../../src/Main.ts"
import * as Health from "../../../src/pipeline/report/Health.ts"
import * as Snapshot from "../../../src/pipeline/report/Snapshot.ts"
import * as Runs from "../../../src/pipeline/runs/Runs.ts"
import { Identity } from "../../../src/ports/Identity.ts"
import type { Project } from "../../fixtures/Project.ts"
import * as Request from "../../fixtures/Request.ts"

/** The tokens of these tests, by their text. */
export const principals: Readonly<Record<string, Principal>> = {
  "t-admin": { name: "admin", scopes: ["admin"] },
  "t-read": { name: "reader", scopes: ["read"] },
  "t-migrate": { name: "migrator", scopes: ["migrate"] },
  "t-rollback": { name: "undoer", scopes: ["rollback"] },
  "t-core": { name: "core-only", scopes: ["admin"], connections: ["core"] }
}

const identity = (known: typeof principals) =>
  Layer.succeed(Identity, {
    revoked: () => Effect.never,
    authenticate: token => {
      if (token === undefined) return new Unauthenticated({ reason: "missing Authorization header" })
      const text = Redacted.value(token)
      if (text === "t-blocked") return new TooManyAttempts({ retry_after: 7 })
      const principal = known[text]
      return principal === undefined
        ? new Unauthenticated({ reason: "invalid API token" })
        : Effect.succeed(principal)
    }
  })

/** A service of a project on a socket of its own. */
export interface Service extends Request.Ask {
  readonly url: string
  readonly port: number
  readonly context: Context.Context<Main.Environment | Runs.Runs | Snapshot.Snapshot>
  /** Ends the server, as the end of its process would. */
  readonly close: Effect.Effect<void>
}

const defaults: Server.Options = { port: 0, host: "127.0.0.1", corsOrigins: [], bodyLimit: 1_000_000 }

export interface Options {
  readonly server?: Partial<Server.Options>
  readonly environment?: Readonly<Record<string, string>>
  readonly concurrent?: number
  /** Other tokens than those of all tests; one that is taken away later is not known any more. */
  readonly principals?: typeof principals
  /** Where the server's log goes; nowhere by default, but for errors. */
  readonly log?: Layer.Layer<never>
}

export const start = Effect.fnUntraced(function* (project: Project, options: Options = {}) {
  const all = { ...project.environment, ...options.environment }
  const config = yield* Config.decode(all, yield* Config.sources(all))
  const scope = yield* Effect.scope
  const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
  const pipeline = Runs.layer({ concurrent: options.concurrent ?? 4, grace: 5_000 }).pipe(
    Layer.provideMerge(Snapshot.layer),
    Layer.provideMerge(Main.layer(config))
  )
  const context = yield* Layer.buildWithScope(pipeline, own)
  const inner = yield* Scope.fork(own, ExecutionStrategy.sequential)
  const server = Server.layer({ ...defaults, ...options.server }).pipe(
    Layer.provide(Health.layer),
    Layer.provide(identity(options.principals ?? principals)),
    Layer.provide(Layer.succeedContext(context)),
    Layer.provide(options.log ?? Logger.minimumLogLevel(LogLevel.Error))
  )
  const { port } = Context.get(yield* Layer.buildWithScope(server, inner), Server.HttpAddress)
  const url = `http://127.0.0.1:${port}`
  const service: Service = {
    url,
    port,
    context,
    ...Request.at(url, "t-admin"),
    close: Scope.close(inner, Exit.void)
  }
  return service
})
