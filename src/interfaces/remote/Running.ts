import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type BfmError, ServiceFailed } from "../../domain/Errors.ts"
import type { Order } from "../../domain/Request.ts"
import type { Event, Run } from "../../domain/Run.ts"
import { Signals } from "../../ports/Signals.ts"
import type * as Client from "../http/Client.ts"
import * as RunRequest from "../wire/RunRequest.ts"
import * as Failure from "./Failure.ts"
import * as Listening from "./Listening.ts"

/** A client of the service. */
export type Service = Effect.Effect.Success<ReturnType<typeof Client.make>>

/** Milliseconds that the service has to answer to whoever wants to leave. */
const leaving = 5_000

/** A run of the service from its beginning to its end; it is told to end when whoever listens is, or leaves. */
export const events = (
  client: Service,
  { url, patience }: Place,
  begin: Effect.Effect<Run, BfmError>
): Stream.Stream<Event, BfmError> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { stop } = yield* Signals
      let over = false
      const end = Effect.sync(() => {
        over = true
      })
      const cancel = ({ id }: Run) => Effect.suspend(() => (over ? Effect.void : cancelled(client, url, id)))
      const run = yield* Effect.acquireRelease(begin, cancel)
      yield* Effect.forkScoped(Effect.zipRight(stop, Effect.ensuring(cancel(run), end)))
      return followed(client, { url, patience }, run.id, 0).pipe(
        Stream.tap(({ _tag }) => (_tag === "RunFinished" ? end : Effect.void)),
        // Nobody listens any more, which is no reason to end it.
        Stream.tapError(() => end)
      )
    })
  )

/** Where the service is, and for how many milliseconds it may be silent. */
export interface Place {
  readonly url: string
  readonly patience: number
}

/** The events of any run of the service after the given one, to its end. */
export const followed = (client: Service, { url, patience }: Place, id: string, after: number) =>
  Listening.events(
    {
      url,
      id,
      patience,
      follow: from => client.follow(id, from),
      run: client.runs.run({ path: { id } })
    },
    after
  )

/** Begins a run, and does not wait for it. */
export const begun = (client: Service, url: string, order: Order): Effect.Effect<Run, BfmError> =>
  Effect.catchAll(client.runs.start(RunRequest.ordered(order)), failed =>
    failed._tag === "RequestError" && !Failure.isUnsent(failed)
      ? new ServiceFailed({
          url,
          reason: `no answer; whether the run has begun, GET ${url}/api/v1/runs says`
        })
      : Failure.told(url)(failed)
  )

/** Never fails: what cannot be done about it is said. */
const cancelled = (client: Service, url: string, id: string): Effect.Effect<void> =>
  client.runs.cancel({ path: { id }, urlParams: {} }).pipe(
    Effect.catchAll(Failure.told(url)),
    Effect.interruptible,
    Effect.timeoutFail({
      duration: leaving,
      onTimeout: () => new ServiceFailed({ url, reason: "no answer", run_id: id })
    }),
    Effect.matchEffect({
      onSuccess: () =>
        Effect.logWarning(
          `the service was told to end run ${id} after the step in flight; its statement too: bfm runs cancel ${id} --now --server ${url}`
        ),
      onFailure: error =>
        error._tag === "RunConflict"
          ? Effect.void
          : Effect.logWarning(`run ${id} could not be told to end: ${error.message}`)
    })
  )
