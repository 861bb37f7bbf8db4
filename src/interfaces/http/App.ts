import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Snapshot } from "../../pipeline/report/Snapshot.ts"
import { Api } from "./Api.ts"
import * as Authentication from "./Authentication.ts"
import * as Failure from "./Failure.ts"
import { Fault } from "./Fault.ts"
import * as Headers from "./Headers.ts"
import type { Incoming } from "./Incoming.ts"
import type { Answer } from "./Listener.ts"
import * as Migrations from "./Migrations.ts"
import type { Page } from "./Page.ts"
import * as Quick from "./Quick.ts"
import * as Reports from "./Reports.ts"
import * as RequestId from "./RequestId.ts"
import * as Routes from "./Routes.ts"
import * as Runs from "./Runs.ts"
import * as Service from "./Service.ts"
import * as Span from "./Span.ts"

/** What every answer is subject to. */
export interface Options extends Headers.Policy {
  /** Whether spans are made; they cost time, so only when somebody collects them. */
  readonly traced: boolean
  /** What people are shown. */
  readonly page: Page
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

type Answered = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  Snapshot | HttpRouter.HttpRouter.DefaultServices
>

/** Every request gets an answer of ours, whatever happens on the way. It is alone in its fiber. */
export const make = (options: Options) =>
  Effect.map(Effect.all([routing(routed), Quick.make]), ([app, quick]) => (request: Incoming) => {
    const id = RequestId.of(request)
    const answered = Effect.suspend((): Answered => {
      const route = request.method === "OPTIONS" ? preflight(options, request) : app
      return shown(options.page, request) ?? quick(request) ?? surrounded(route, request, id)
    }).pipe(Effect.catchAllCause(cause => failed(request, id, cause)))
    return FiberRef.set(FiberRef.currentLogAnnotations, HashMap.make(["request_id", id])).pipe(
      Effect.zipRight(options.traced ? Span.around(request, answered) : answered),
      logged(request),
      Effect.map(
        (response): Answer => ({
          response,
          headers: Headers.all(options, request, response, id)
        })
      )
    )
  })

const shown = (page: Page, request: Incoming): Answered | undefined => {
  const answer = page(request)
  return answer === undefined ? undefined : Effect.succeed(answer)
}

/** Everything below knows the request and its id. */
const surrounded = <A, E, R>(app: Effect.Effect<A, E, R>, request: Incoming, id: string) =>
  app.pipe(
    Effect.provideService(HttpServerRequest.HttpServerRequest, request),
    Effect.provideService(RequestId.RequestId, id)
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
  (request: Incoming) =>
  <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) => {
    const path = RequestId.pathOf(request.url)
    if (path.startsWith("/health") || path === "/api/v1/health") return answer
    return Effect.flatMap(Clock.currentTimeMillis, began =>
      Effect.tap(answer, ({ status }) =>
        Effect.flatMap(Clock.currentTimeMillis, now => line(request, path, status, now - began))
      )
    )
  }

/** Nothing comes after it in this fiber: what is noted need not be taken back. */
const line = (request: Incoming, path: string, status: number, duration: number) =>
  Effect.zipRight(
    FiberRef.update(FiberRef.currentLogAnnotations, noted =>
      HashMap.mutate(noted, fields => {
        HashMap.set(fields, "method", request.method)
        HashMap.set(fields, "path", path)
        HashMap.set(fields, "status", status)
        HashMap.set(fields, "duration_ms", duration)
        HashMap.set(fields, "client_ip", request.address)
      })
    ),
    Effect.logInfo("request")
  )
