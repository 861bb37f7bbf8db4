import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Effect from "effect/Effect"
import { Api } from "./Api.ts"
import * as Spec from "./Spec.ts"

/** The OpenAPI document of everything that the service answers. */
export const document: Spec.JsonObject = Spec.finish(
  // The generator's own type is an interface; what it makes is JSON.
  JSON.parse(JSON.stringify(OpenApi.fromApi(Api, { additionalPropertiesStrategy: "allow" })))
)

export const json = Effect.sync(() => HttpServerResponse.unsafeJson(document))

export const yaml: Effect.Effect<string> = Effect.runSync(
  Effect.cached(
    Effect.map(
      Effect.promise(() => import("yaml")),
      ({ stringify }) => stringify(document, { aliasDuplicateObjects: false })
    )
  )
)

/** The page is large and seldom asked for: it is loaded when somebody asks. */
export const page: Effect.Effect<HttpServerResponse.HttpServerResponse> = Effect.runSync(
  Effect.cached(
    Effect.flatMap(
      Effect.promise(() => import("./DocsPage.ts")),
      ({ make }) => make
    )
  )
)
