import * as Effect from "effect/Effect"
import * as Cli from "./cli/Driver.ts"
import * as Grpc from "./grpc/Driver.ts"
import * as Http from "./http/Driver.ts"
import * as HttpService from "./http/Service.ts"
import * as Library from "./library/Driver.ts"
import { suite } from "./Scenario.suite.ts"

suite("the library", Library.make)

suite("the command line", Cli.make)

suite("the command line with --server", (project, environment) =>
  Effect.flatMap(HttpService.start(project, { environment }), ({ url }) =>
    // What only the service may know is not told to the program.
    Cli.make(project, { BFM_TOKEN: "t-admin", CORE_DB_URL: "", BFM_STATE_DB_URL: "" }, ["--server", url])
  ))

suite("HTTP", Http.make)

suite("gRPC", Grpc.make)
