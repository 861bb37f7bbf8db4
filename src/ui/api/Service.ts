import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { Client } from "bfm/client"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as Problem from "./Problem.ts"
import * as Reach from "./Reach.ts"
import * as Session from "./Session.ts"

/** Everything that the service answers. */
export type Api = Effect.Effect.Success<ReturnType<typeof Client.make>>

const make = (token: string): Api =>
  Effect.runSync(Effect.provide(Client.make({ url: window.location.origin, token }), FetchHttpClient.layer))

let known: { readonly token: string; readonly api: Api } | undefined

const apiOf = (token: string): Api => {
  if (known?.token !== token) known = { token, api: make(token) }
  return known.api
}

/** Asks the service as whoever is signed in; what goes wrong is thrown as a {@link Problem.Problem}. */
export const ask = <A, E>(use: (api: Api) => Effect.Effect<A, E>, signal?: AbortSignal): Promise<A> =>
  askAs(Session.session().token ?? "", use, signal)

/** The same with a token that need not be the session's. */
export const askAs = async <A, E>(
  token: string,
  use: (api: Api) => Effect.Effect<A, E>,
  signal?: AbortSignal
): Promise<A> => {
  const exit = await Effect.runPromiseExit(use(apiOf(token)), signal === undefined ? {} : { signal })
  if (Exit.isSuccess(exit)) {
    Reach.become("answers")
    return exit.value
  }
  if (Cause.isInterruptedOnly(exit.cause)) throw new DOMException("no longer wanted", "AbortError")
  throw noted(token, Cause.squash(exit.cause))
}

/** The rest of the page learns who does not answer, and whose token is no longer known. */
const noted = (token: string, failure: unknown): Problem.Problem => {
  const problem = Problem.of(failure)
  Reach.become(problem.kind === "unreachable" ? "silent" : "answers")
  if (problem.kind === "unauthenticated") Session.expire(token)
  return problem
}

/** Whoever follows a run. */
export interface Listener {
  readonly heard: (followed: Client.Followed) => void
  /** Nothing more will come; with a problem when it ended before the run did. */
  readonly ended: (problem?: Problem.Problem) => void
}

/** An answer that came, and then broke off: who gave it is away. */
const brokenOff = (failure: unknown): unknown =>
  failure instanceof HttpClientError.ResponseError && failure.reason === "Decode"
    ? new Problem.Problem("unreachable", Problem.silence)
    : failure

/** Follows a run after the given event; the value stops it. */
export const follow = (id: string, after: number, listener: Listener): (() => void) => {
  const token = Session.session().token ?? ""
  const abort = new AbortController()
  const work = Stream.runForEach(apiOf(token).follow(id, after), followed =>
    Effect.sync(() => listener.heard(followed))
  )
  void Effect.runPromiseExit(work, { signal: abort.signal }).then(exit => {
    if (abort.signal.aborted) return
    if (Exit.isSuccess(exit)) listener.ended()
    else listener.ended(noted(token, brokenOff(Cause.squash(exit.cause))))
  })
  return () => abort.abort()
}
