import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { Api } from "./Api.ts"
import * as Follow from "./Follow.ts"

export type { Followed } from "./Follow.ts"

export interface Options {
  /** `http://bfm.internal:7070`. */
  readonly url: string
  readonly token: string | Redacted.Redacted<string>
}

/** Everything that the service answers, each with its errors as values; `follow` gives the events of a run. */
export const make = Effect.fnUntraced(function* ({ url, token }: Options) {
  const plain = yield* HttpClient.HttpClient
  const client = HttpClient.mapRequest(plain, request =>
    HttpClientRequest.bearerToken(HttpClientRequest.prependUrl(request, url), token)
  )
  const api = yield* HttpApiClient.makeWith(Api, { httpClient: client })
  return { ...api, follow: (id: string, after?: number) => Follow.follow(client, url, id, after) }
})
