import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Layer from "effect/Layer"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { Api } from "./Api.ts"
import * as Authentication from "./Authentication.ts"
import * as Body from "./Body.ts"
import * as Failure from "./Failure.ts"
import { Fault } from "./Fault.ts"
import * as Headers from "./Headers.ts"
import * as Migrations from "./Migrations.ts"
import * as Reports from "./Reports.ts"
import * as RequestId from "./RequestId.ts"
import * as Routes from "./Routes.ts"
import * as Runs from "./Runs.ts"
import * as Service from "./Service.ts"

/** What every answer is subject to. */
export interface Options extends Headers.Policy {
  /** The largest body of a request, in bytes. */
  readonly bodyLimit: number
}

/** The routes with their handlers. */
const api = HttpApiBuilder.api(Api).pipe(
  Layer.provide([Migrations.layer, Reports.layer, Runs.layer, Service.layer]),
  Layer.provide(Authentication.layer)
)

/** Ids may be long, and percent-encoded ones are longer; nobody minds a slash at the end. */
const routing = HttpRouter.withRouterConfig({
  maxParamLength: 10_000,
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: false
})

/** Every request gets an answer of ours, whatever happens on the way. */
export const make = (options: Options) =>
  Effect.map(routing(routed), app =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, request => {
      const id = RequestId.of(request)
      const answer = request.method === "OPTIONS" ? preflight(options, request) : app
      return surrounded(answer, request, id, options).pipe(
        Effect.catchAllCause(cause => failed(request, id, cause)),
        Effect.map(response => Headers.guard(options, request, response, id)),
        logged(request),
        Effect.annotateLogs("request_id", id)
      )
    })
  )

/** Everything below knows the request's id, and finds a body that is bounded. */
const surrounded = <E, R>(
  app: HttpApp.Default<E, R>,
  request: HttpServerRequest.HttpServerRequest,
  id: string,
  { bodyLimit }: Options
): HttpApp.Default<E, R> =>
  Effect.mapInputContext(app, (context: Context.Context<R | HttpServerRequest.HttpServerRequest>) =>
    context.pipe(
      Context.add(RequestId.RequestId, id),
      Context.add(HttpServerRequest.HttpServerRequest, Body.bounded(request, bodyLimit))
    )
  )

/** The routes alone: what goes wrong in them is answered here, and not by the builder. */
const routed = Effect.gen(function* () {
  const context = yield* Layer.build(Layer.provideMerge(api, HttpApiBuilder.Router.Live))
  const router = yield* Effect.provide(HttpApiBuilder.Router.router, context)
  return yield* HttpRouter.toHttpApp(router)
})

const preflight = (
  policy: Headers.Policy,
  request: HttpServerRequest.HttpServerRequest
): HttpApp.Default<Fault> => {
  const path = RequestId.pathOf(request.url)
  const methods = Routes.methodsOf(path)
  return methods.length === 0 ? nowhere(path) : Effect.succeed(Headers.preflight(policy, request, methods))
}

const nowhere = (path: string): Fault =>
  new Fault({ status: 404, code: "RouteNotFound", message: `there is nothing at ${path}` })

/** A client that has gone away needs no answer. */
const failed = (
  request: HttpServerRequest.HttpServerRequest,
  id: string,
  cause: Cause.Cause<unknown>
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (Cause.isInterruptedOnly(cause))
    return Effect.failCause(Cause.interrupt(Option.getOrThrow(Cause.interruptOption(cause))))
  const failure = Cause.failureOption(cause)
  return isRouteNotFound(failure) ? Effect.succeed(unrouted(request)) : Failure.ofCause(cause, id)
}

const isRouteNotFound = (failure: Option.Option<unknown>): boolean =>
  Option.exists(
    failure,
    error => typeof error === "object" && error !== null && "_tag" in error && error._tag === "RouteNotFound"
  )

const unrouted = (request: HttpServerRequest.HttpServerRequest): HttpServerResponse.HttpServerResponse => {
  const path = RequestId.pathOf(request.url)
  const methods = Routes.methodsOf(path)
  if (methods.length === 0 || methods.includes(request.method)) return Failure.ofFault(nowhere(path))
  const allow = methods.join(", ")
  const message = `${request.method} is not possible at ${path}: ${allow} are`
  return Failure.ofFault(new Fault({ status: 405, code: "MethodNotAllowed", message, headers: { allow } }))
}

/** One line for each request, except for those by which others look whether it is alive. */
const logged =
  (request: HttpServerRequest.HttpServerRequest) =>
  <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) => {
    const path = RequestId.pathOf(request.url)
    if (path.startsWith("/health") || path === "/api/v1/health") return answer
    const began = Date.now()
    return Effect.tap(answer, ({ status }) =>
      Effect.flatMap(FiberRef.get(FiberRef.currentMinimumLogLevel), least =>
        // Annotating costs more than all else here: not for a line that nobody will see.
        LogLevel.greaterThan(least, LogLevel.Info)
          ? Effect.void
          : Effect.annotateLogs(Effect.logInfo("request"), {
              method: request.method,
              path,
              status,
              duration_ms: Date.now() - began,
              client_ip: Option.getOrElse(request.remoteAddress, () => "")
            })
      )
    )
  }
