import * as Sse from "@effect/experimental/Sse"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type BfmError, ServiceFailed } from "../../domain/Errors.ts"
import { Event, Run } from "../../domain/Run.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"

/** What whoever follows a run over HTTP hears. */
export type Followed =
  | { readonly _tag: "Event"; readonly sequence: number | undefined; readonly event: Event }
  /** A run that another process carries out, whenever it stands differently. */
  | { readonly _tag: "Standing"; readonly run: Run }

/** Why following ends before the run does. */
export type Failed = BfmError | HttpClientError.HttpClientError | ParseError

const decodeEvent = Schema.decodeUnknown(Schema.parseJson(Event))
const decodeRun = Schema.decodeUnknown(Schema.parseJson(Run))
const decodeBody = Schema.decodeUnknown(
  Schema.parseJson(
    Schema.Struct(
      { error: Schema.String, code: Schema.String },
      Schema.Record({ key: Schema.String, value: Schema.Unknown })
    )
  )
)

/** The events of a run after the given one, as the service tells them; `client` brings address and token. */
export const follow = (
  client: HttpClient.HttpClient,
  url: string,
  id: string,
  after = 0
): Stream.Stream<Followed, Failed> =>
  HttpClientRequest.get(`/api/v1/runs/${encodeURIComponent(id)}/events`).pipe(
    HttpClientRequest.setHeader("last-event-id", String(after)),
    client.execute,
    Effect.flatMap(response =>
      response.status === 200
        ? Effect.succeed(response.stream)
        : Effect.flatMap(response.text, text => refused(url, text))
    ),
    Stream.unwrapScoped,
    Stream.decodeText(),
    Stream.pipeThroughChannel(Sse.makeChannel<Failed, unknown>({ maxEventSize: largest })),
    Stream.mapEffect(heard(url))
  )

/** A plan is told as one event, with all its statements. */
const largest = 2 ** 30

const heard =
  (url: string) =>
  ({ event, id, data }: Sse.Event): Effect.Effect<Followed, BfmError | ParseError> => {
    if (event === "RunError") return refused(url, data)
    if (event === "Run") return Effect.map(decodeRun(data), run => ({ _tag: "Standing", run }))
    const sequence = id === undefined ? undefined : Number(id)
    return Effect.map(decodeEvent(data), found => ({ _tag: "Event", sequence, event: found }))
  }

/** A service of another version may know errors that this one does not. */
const refused = (url: string, text: string): Effect.Effect<never, BfmError | ParseError> =>
  Effect.flatMap(decodeBody(text), body =>
    Effect.fail(ErrorBody.toError(body) ?? new ServiceFailed({ url, reason: `${body.error} (${body.code})` }))
  )
