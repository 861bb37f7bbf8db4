import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { Health, type Report } from "../../pipeline/report/Health.ts"
import * as Latest from "../../pipeline/report/Latest.ts"
import { Snapshot } from "../../pipeline/report/Snapshot.ts"
import * as Workers from "../../pipeline/runs/Workers.ts"
import { Connections } from "../../ports/Connections.ts"
import * as HealthResponse from "../wire/HealthResponse.ts"
import * as WhoAmI from "../wire/WhoAmI.ts"
import { Caller } from "./Access.ts"
import { Api } from "./Api.ts"
import { permit } from "./Begin.ts"
import * as Document from "./Document.ts"
import { MetricsText } from "./MetricsText.ts"
import * as Paging from "./Paging.ts"

const health = (isWell: (report: Report) => boolean) =>
  Effect.gen(function* () {
    const { report } = yield* Health
    const found = yield* report
    const well = isWell(found)
    return HttpServerResponse.unsafeJson(HealthResponse.fromReport(found, well), { status: well ? 200 : 503 })
  })

const healthy = health(report => report.healthy)

export const layer = HttpApiBuilder.group(Api, "service", handlers =>
  Effect.map(Document.make, document =>
    handlers
      .handle("health", () => healthy)
      .handle("apiHealth", () => healthy)
      .handle("ready", () => health(({ ready }) => ready))
      .handle("live", () => Effect.succeed({ status: "alive" as const }))
      .handle("whoami", () => Effect.map(Caller, WhoAmI.fromPrincipal))
      .handle("connections", () =>
        Effect.gen(function* () {
          const { connections } = yield* Caller
          const view = yield* (yield* Snapshot).current
          const items = view.connections.filter(
            ({ connection }) => connections?.includes(connection) !== false
          )
          return { items, total: items.length }
        })
      )
      .handle("workers", () => Effect.map(Workers.list, items => ({ items, total: items.length })))
      .handle("history", ({ urlParams: { id, ...bounds } }) =>
        Effect.flatMap(Caller, ({ connections }) =>
          Latest.history(id === "" ? undefined : id, { ...Paging.page(bounds, 100), permitted: connections })
        )
      )
      // They tell of every connection.
      .handle("metrics", () =>
        Effect.zipRight(
          Effect.flatMap(Connections, ({ configured }) => permit("read", [...configured.keys()])),
          Effect.flatMap(MetricsText, ({ render }) => render)
        )
      )
      .handle("openapiJson", () => document.json)
      .handle("openapiYaml", () => document.yaml)
      .handle("docs", () => document.page)
  )
)
