import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Effect from "effect/Effect"
import { Api } from "./Api.ts"
import * as Spec from "./Spec.ts"

/** The OpenAPI document of everything that the service answers. */
const generate = Effect.sync(() =>
  Spec.finish(
    // The generator's own type is an interface; what it makes is JSON.
    JSON.parse(JSON.stringify(OpenApi.fromApi(Api, { additionalPropertiesStrategy: "allow" })))
  )
)

/** The service's description of itself: seldom asked for, so each form of it is made when somebody asks first. */
export const make = Effect.gen(function* () {
  const document = yield* Effect.cached(generate)
  const json = Effect.map(document, found => HttpServerResponse.unsafeJson(found))
  const yaml = yield* Effect.cached(
    Effect.zipWith(
      Effect.promise(() => import("yaml")),
      document,
      ({ stringify }, found) => stringify(found, { aliasDuplicateObjects: false })
    )
  )
  const page = yield* Effect.cached(
    Effect.flatMap(
      Effect.promise(() => import("./DocsPage.ts")),
      loaded => loaded.make
    )
  )
  return { json, yaml, page }
})
