import * as Sse from "@effect/experimental/Sse"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { BfmError } from "../../domain/Errors.ts"
import type { Event, Run } from "../../domain/Run.ts"
import type { Runs } from "../../pipeline/runs/Runs.ts"
import * as Watch from "../../pipeline/runs/Watch.ts"
import { Identity } from "../../ports/Identity.ts"
import type { StateStore } from "../../ports/StateStore.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"
import { Caller } from "./Access.ts"
import { Shutdown } from "./Shutdown.ts"

/** So often something is sent while nothing happens, so that nobody on the way gives the connection up. */
const heartbeat = "15 seconds"

const frame = (event: string, data: unknown, id?: number): string =>
  Sse.encoder.write({
    _tag: "Event",
    event,
    id: id === undefined ? undefined : String(id),
    data: JSON.stringify(data)
  })

const heard = (heard: Watch.Heard): string =>
  heard._tag === "Event"
    ? frame(heard.numbered.event._tag, heard.numbered.event, heard.numbered.sequence)
    : standing(heard.run)

/** Of a run of another process only its end is an event. */
const standing = (run: Run): string => {
  if (run.finished_at === undefined) return frame("Run", run)
  const finished: Event = {
    _tag: "RunFinished",
    run_id: run.id,
    state: run.state,
    duration_ms: run.finished_at - run.started_at
  }
  return frame(finished._tag, { ...finished, ...(run.error === undefined ? {} : { error: run.error }) })
}

/** A run that came to nothing ends with its error. */
const failed = (error: BfmError): string => frame("RunError", ErrorBody.fromError(error))

/** The events of a run after the one that was received last, as they come, to the end of the run, of the token or of the server. */
export const respond = Effect.fn("Events.respond")(function* (id: string, last: string | undefined) {
  const { begun } = yield* Shutdown
  const after = last !== undefined && /^\d{1,9}$/.test(last) ? Number(last) : 0
  const context = yield* Effect.context<Runs | StateStore>()
  const { revoked } = yield* Identity
  const caller = yield* Caller
  const events = yield* Watch.follow(id, after, caller.connections)
  const frames = events.pipe(
    Stream.map(heard),
    Stream.catchAll(error => Stream.make(failed(error))),
    Stream.provideContext(context)
  )
  const beats = Stream.as(Stream.fromSchedule(Schedule.spaced(heartbeat)), ":\n\n")
  const stream = Stream.merge(frames, beats, { haltStrategy: "left" }).pipe(
    Stream.interruptWhen(Effect.raceFirst(begun, revoked(caller))),
    Stream.encodeText
  )
  return HttpServerResponse.stream(stream, {
    contentType: "text/event-stream",
    headers: { "x-accel-buffering": "no" }
  })
})
