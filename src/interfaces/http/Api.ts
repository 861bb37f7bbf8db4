import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Backend from "../../domain/Backend.ts"
import { MigrationsApi } from "./MigrationsApi.ts"
import { ReportsApi } from "./ReportsApi.ts"
import { RunsApi } from "./RunsApi.ts"
import { ServiceApi } from "./ServiceApi.ts"

/** Everything that the service answers over HTTP: the contract alone, which clients share. */
export class Api extends HttpApi.make("bfm")
  .add(RunsApi)
  .add(MigrationsApi)
  .add(ReportsApi)
  .add(ServiceApi)
  .annotateContext(
    OpenApi.annotations({
      title: "BfM",
      version: "1",
      description: `One place from which a team changes ${Backend.products}, each change exactly once.`,
      license: { name: "MIT" }
    })
  ) {}
