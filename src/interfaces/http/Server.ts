import * as Http from "node:http"
import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Address from "../../domain/Address.ts"
import { ListenFailed } from "../service/ListenFailed.ts"
import * as App from "./App.ts"
import * as ClientError from "./ClientError.ts"
import * as Listener from "./Listener.ts"
import * as Page from "./Page.ts"
import { Shutdown } from "./Shutdown.ts"

export interface Options {
  /** 0 means any that is free. */
  readonly port: number
  /** Where that one is taken, any other will do. */
  readonly anyPort?: boolean
  readonly host: string
  /** PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined
  /** Pages of these origins may call; of no other one. */
  readonly corsOrigins: ReadonlyArray<string>
  /** The largest body of a request, in bytes. */
  readonly bodyLimit: number
  /** The directory of the built page; there is none at `/` without it. */
  readonly page?: string
  /** Whether spans are made; they cost time, so only when somebody collects them. */
  readonly traced?: boolean
}

/** Where the service listens. */
export class HttpAddress extends Context.Tag("bfm/http/Address")<HttpAddress, { readonly port: number }>() {}

/** Milliseconds. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  // Longer than the balancers in front keep an idle line (up to ten minutes): one that the server ends first may end
  // under a request, which the balancer then answers with 502.
  keepAliveTimeout: 620_000,
  connectionsCheckingInterval: 2_000,
  // Without it Node answers by itself, and says nothing.
  requireHostHeader: false
}

/** What is under way when the server ends has so long to be answered, in milliseconds. */
const patience = 800

/**
 * Listens until the scope closes; streams end then, and what is not answered soon is cut off. Runs are not
 * concerned: they belong to `Runs`, which is drained before.
 */
export const layer = (options: Options) =>
  Layer.provide(Layer.scoped(HttpAddress, listening(options)), NodeHttpServer.layerContext)

const listening = Effect.fnUntraced(function* (options: Options) {
  const ending = yield* Deferred.make<void>()
  const app = yield* App.make({
    origins: options.corsOrigins,
    tls: options.tls !== undefined,
    traced: options.traced === true,
    page: options.page === undefined ? Page.none : Page.load(options.page)
  })
  const handler = yield* Listener.make(app, options.bodyLimit).pipe(
    Effect.withTracerEnabled(options.traced === true),
    Effect.provideService(Shutdown, { begun: Deferred.await(ending) })
  )
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => create(options)),
    opened => Effect.zipRight(Deferred.succeed(ending, undefined), close(opened))
  )
  server.on("request", handler)
  ClientError.attach(server)
  yield* listen(server, options)
  return { port: (server.address() as AddressInfo).port }
})

const create = ({ tls }: Options): Http.Server =>
  tls === undefined
    ? Http.createServer(limits)
    : Https.createServer({ ...limits, cert: tls.certificate, key: tls.key, minVersion: "TLSv1.2" })

/** On the port that is wanted, or on any. */
const listen = (server: Http.Server, options: Options): Effect.Effect<void, ListenFailed> =>
  options.anyPort === true
    ? Effect.orElse(bind(server, options), () => bind(server, { ...options, port: 0 }))
    : bind(server, options)

const bind = (server: Http.Server, { port, host }: Options): Effect.Effect<void, ListenFailed> =>
  Effect.async(resume => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(new ListenFailed({ address: Address.of(host, port), reason: error.code ?? error.message }))
    server.once("error", failed)
    server.listen(port, host, () => {
      server.off("error", failed)
      resume(Effect.void)
    })
  })

/** No new connections, idle ones closed at once, the rest given a moment. */
const close = (server: Http.Server): Effect.Effect<void> =>
  Effect.async<void>(resume => {
    const timer = setTimeout(() => server.closeAllConnections(), patience)
    server.close(() => {
      clearTimeout(timer)
      resume(Effect.void)
    })
    server.closeIdleConnections()
  })
