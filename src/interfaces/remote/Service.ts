import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as Client from "../http/Client.ts"
import * as RunDetail from "../wire/RunDetail.ts"
import * as RunRequest from "../wire/RunRequest.ts"
import * as Failure from "./Failure.ts"
import * as Pages from "./Pages.ts"
import * as Rehearsal from "./Rehearsal.ts"
import * as Running from "./Running.ts"

/** Where a service listens, and what it wants to see. */
export interface Address {
  /** Without a `/` at its end. */
  readonly url: string
  readonly token: Redacted.Redacted<string>
  /** Milliseconds without a sign of the service, after which a run is not listened to any more; a minute. */
  readonly patience?: number
}

/** The pipeline of a service: the same requests, results, events and errors as in this process. */
export const layer = ({ url, token, patience = 60_000 }: Address): Layer.Layer<Pipeline> =>
  Layer.effect(
    Pipeline,
    Effect.gen(function* () {
      const plain = yield* HttpClient.HttpClient
      // Whatever is no success is looked at in one place.
      const client = yield* Effect.provideService(
        Client.make({ url, token }),
        HttpClient.HttpClient,
        HttpClient.filterStatusOk(plain)
      )
      const ask = <A>(answer: Effect.Effect<A, Failure.Failed>) => Effect.catchAll(answer, Failure.told(url))
      return {
        plan: order => ask(client.runs.plan(RunRequest.ordered(order))),
        run: order => Running.events(client, { url, patience }, Running.begun(client, url, order)),
        rehearse: request =>
          Stream.unwrap(
            Effect.map(ask(client.runs.rehearse({ payload: { direction: "up", ...request } })), result =>
              Stream.fromIterable(Rehearsal.events(result))
            )
          ),
        status: ({ connections, schemas }) =>
          ask(client.reports.status({ urlParams: { connection: connections, schema: schemas } })),
        tenants: ({ connections }) =>
          ask(
            Pages.all(cursor =>
              client.reports.tenants({
                urlParams: {
                  connection: connections,
                  limit: 10_000,
                  ...(cursor === undefined ? {} : { cursor })
                }
              })
            )
          ),
        validate: ({ connections, ids }) =>
          ask(client.reports.validate({ urlParams: { connection: connections, id: ids } })),
        history: query => ask(client.service.history({ urlParams: query })),
        recent: limit =>
          Effect.map(ask(client.service.history({ urlParams: { limit } })), ({ items }) => items),
        runs: {
          list: page =>
            Effect.map(ask(client.runs.runs({ urlParams: page })), ({ next, ...part }) => ({
              ...part,
              ...(next === undefined ? {} : { next })
            })),
          show: id => Effect.flatMap(ask(client.runs.run({ path: { id } })), RunDetail.toDetail),
          result: id => ask(client.runs.result({ path: { id } })),
          follow: (id, after) =>
            Stream.unwrap(
              Effect.as(
                ask(client.runs.run({ path: { id } })),
                Running.followed(client, { url, patience }, id, after)
              )
            ),
          cancel: (id, now) => ask(client.runs.cancel({ path: { id }, urlParams: now ? { now } : {} })),
          resume: id => Running.events(client, { url, patience }, ask(client.runs.resume({ path: { id } })))
        },
        workers: Effect.map(ask(client.service.workers({})), ({ items }) => items),
        addresses: Effect.map(
          ask(client.service.connections({})),
          ({ items }) => new Map(items.map(({ connection, address }) => [connection, address]))
        ),
        words: ["--server", url]
      }
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
