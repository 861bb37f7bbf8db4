import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
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
      const named = request.modify({ headers: { ...request.headers, [RequestId.header]: id } })
      const answer = request.method === "OPTIONS" ? preflight(options, named) : app
      return answer.pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, Body.bounded(named, options.bodyLimit)),
        Effect.catchAllCause(cause => failed(named, id, cause)),
        Effect.map(response => Headers.guard(options, named, response, id)),
        logged(named),
        Effect.annotateLogs("request_id", id)
      )
    })
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
    if (/^(\/api\/v1)?\/health/.test(path)) return answer
    return Effect.flatMap(Clock.currentTimeMillis, began =>
      Effect.tap(answer, ({ status }) =>
        Effect.flatMap(Clock.currentTimeMillis, now =>
          Effect.annotateLogs(Effect.logInfo("request"), {
            method: request.method,
            path,
            status,
            duration_ms: now - began,
            client_ip: Option.getOrElse(request.remoteAddress, () => "")
          })
        )
      )
    )
  }
