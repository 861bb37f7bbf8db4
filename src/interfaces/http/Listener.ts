import type * as Http from "node:http"
import { clientAbortFiberId } from "@effect/platform/HttpServerError"
import type { HttpServerResponse } from "@effect/platform/HttpServerResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import * as Body from "./Body.ts"
import { Incoming } from "./Incoming.ts"

/** An answer with all the headers that it goes out with. */
export interface Answer {
  readonly response: HttpServerResponse
  readonly headers: Readonly<Record<string, string>>
}

/** Answers whatever happens: only a client that has gone away gets nothing. */
export type App<R> = (request: Incoming) => Effect.Effect<Answer, never, R>

/**
 * What Node calls for each request. Each is one fiber, and nothing is made for it that only few need: this is
 * what every request pays for.
 */
export const make = <R>(app: App<R>, bodyLimit: number) =>
  Effect.map(Effect.runtime<R>(), runtime => {
    const fork = Runtime.runFork(runtime)
    return (source: Http.IncomingMessage, outgoing: Http.ServerResponse): void => {
      const request = new Incoming(source, Body.json(source, bodyLimit))
      const fiber = fork(Effect.flatMap(app(request), answer => send(outgoing, request, answer)))
      outgoing.on("close", () => {
        if (!outgoing.writableEnded) fiber.unsafeInterruptAsFork(clientAbortFiberId)
      })
    }
  })

const send = (outgoing: Http.ServerResponse, { method }: Incoming, { response, headers }: Answer) => {
  const { body, status } = response
  outgoing.writeHead(status, headers)
  if (body._tag === "Stream" && method !== "HEAD") return flow(outgoing, body.stream)
  outgoing.end(method === "HEAD" ? undefined : contentOf(response))
  return Effect.void
}

const contentOf = ({ body }: HttpServerResponse): string | Uint8Array | undefined => {
  switch (body._tag) {
    case "Uint8Array":
      return body.body
    case "Raw":
      return typeof body.body === "string" ? body.body : undefined
    default:
      return undefined
  }
}

/** Waits when the client reads more slowly than we write. */
const flow = (outgoing: Http.ServerResponse, stream: Stream.Stream<Uint8Array, unknown>) =>
  stream.pipe(
    Stream.runForEachChunk(chunk =>
      Effect.suspend(() => {
        const taken = Chunk.toReadonlyArray(chunk).map(part => outgoing.write(part))
        return taken.at(-1) === false ? drained(outgoing) : Effect.void
      })
    ),
    Effect.ignoreLogged,
    Effect.zipRight(Effect.sync(() => outgoing.end()))
  )

const drained = (outgoing: Http.ServerResponse) =>
  Effect.async<void>(resume => {
    const done = () => resume(Effect.void)
    outgoing.once("drain", done)
    return Effect.sync(() => outgoing.off("drain", done))
  })
