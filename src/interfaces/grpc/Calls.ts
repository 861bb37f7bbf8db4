import * as Headers from "@effect/platform/Headers"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import { Metadata, status } from "@grpc/grpc-js"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { ulid } from "ulid"
import { CurrentActor, type RequestOrigin } from "../../domain/Actor.ts"
import type { Identity } from "../../ports/Identity.ts"
import type * as Access from "./Access.ts"
import type * as Adapter from "./Adapter.ts"
import * as Authentication from "./Authentication.ts"
import { anybody, Caller, need } from "./Caller.ts"
import * as Details from "./Details.ts"

/** What a method needs, by its local name. */
export type Needs = (method: string) => Access.Access

/**
 * Each call is a fiber of the server: who is calling is found out first, then whether they may. A call that
 * nobody waits for any more is interrupted; what it began elsewhere goes on or ends as it has to.
 */
export const make = <R>() =>
  Effect.map(
    FiberSet.makeRuntime<Exclude<R, Caller> | Identity>(),
    fork =>
      (needs: Needs): Adapter.Run<Details.CallError, R> =>
      (call, answer, failed) => {
        const origin = originOf(call)
        const access = needs(call.method)
        acknowledge(call, origin)
        const program = admitted(call, access, origin, answer).pipe(
          Effect.tapErrorCause(unexpected),
          access === "public" ? unchanged => unchanged : logged(origin, call.surface),
          Effect.tapErrorCause(cause => Effect.sync(() => failed(Details.fromCause(cause)))),
          Effect.withSpan(origin.endpoint, { kind: "server", ...parentOf(call.surface.metadata) }),
          Effect.annotateLogs({ request_id: origin.id }),
          Effect.exit
        )
        const fiber = fork(program)
        return () => fiber.unsafeInterruptAsFork(fiber.id())
      }
  )

const admitted = <R>(
  { surface }: Adapter.Call,
  access: Access.Access,
  origin: RequestOrigin,
  answer: Effect.Effect<void, Details.CallError, R>
) =>
  Effect.gen(function* () {
    const open = access === "public"
    const caller = open ? anybody : yield* Authentication.authenticate(surface.metadata, addressOf(surface))
    const allowed = open ? Effect.void : need(access)
    yield* Effect.zipRight(allowed, answer).pipe(
      Effect.provideService(Caller, caller),
      Effect.provideService(CurrentActor, { name: caller.name, method: "grpc", request: origin })
    )
  })

const addressOf = (surface: Adapter.Surface): string => Authentication.addressOf(surface.getPeer())

const originOf = ({ endpoint, surface }: Adapter.Call): RequestOrigin => {
  const [given] = surface.metadata.get("x-request-id").map(String)
  // The caller's own, where it is one that a log line can carry.
  const id = given !== undefined && /^[\x21-\x7e]{1,128}$/.test(given) ? given : ulid()
  return { id, endpoint }
}

/** The caller learns at once under which id the call is remembered. */
const acknowledge = ({ surface }: Adapter.Call, { id }: RequestOrigin): void => {
  const metadata = new Metadata()
  metadata.set("x-request-id", id)
  surface.sendMetadata(metadata)
}

/** The span of the caller, when it sent one along. */
const parentOf = (metadata: Metadata): { readonly parent?: Tracer.ExternalSpan } => {
  const [traceparent] = metadata.get("traceparent").map(String)
  const parent = HttpTraceContext.w3c(Headers.fromInput({ traceparent }))
  return Option.isSome(parent) ? { parent: parent.value } : {}
}

/** What nobody expected is for the log; the caller hears only that it happened. */
const unexpected = (cause: Cause.Cause<Details.CallError>): Effect.Effect<void> =>
  Option.isSome(Cause.failureOption(cause)) || Cause.isInterruptedOnly(cause)
    ? Effect.void
    : Effect.logError("a call failed unexpectedly", cause)

/** One line for each call, also for one that was cancelled. */
const logged =
  ({ endpoint }: RequestOrigin, surface: Adapter.Surface) =>
  <R>(effect: Effect.Effect<void, Details.CallError, R>): Effect.Effect<void, Details.CallError, R> =>
    Effect.flatMap(Clock.currentTimeMillis, began =>
      Effect.onExit(effect, exit =>
        Effect.flatMap(Clock.currentTimeMillis, now =>
          Effect.annotateLogs(Effect.logInfo("request"), {
            method: endpoint,
            status: outcomeOf(exit),
            duration_ms: now - began,
            client_ip: addressOf(surface)
          })
        )
      )
    )

const outcomeOf = (exit: Exit.Exit<void, Details.CallError>): string =>
  Exit.match(exit, {
    onSuccess: () => "OK",
    onFailure: cause => status[Details.fromCause(cause).code ?? status.UNKNOWN] ?? "UNKNOWN"
  })
