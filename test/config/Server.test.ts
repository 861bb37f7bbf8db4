import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Config from "../../src/Config.ts"
import type { Environment } from "../../src/config/Reader.ts"
import * as Tls from "../../src/config/Tls.ts"
import { valid as command } from "../fixtures/Environment.ts"

const decode = (environment: Environment) => Config.decodeService(environment, new Map())

const valid = (environment: Environment) =>
  Either.getOrThrow(decode({ BFM_API_TOKEN: "t", ...environment })).server

const problems = (environment: Environment): ReadonlyArray<string> =>
  Either.match(decode(environment), {
    onLeft: error => error.problems.map(({ variable, reason }) => `${variable} ${reason}`),
    onRight: () => []
  })

describe("the service", () => {
  it("needs nothing but a token", () => {
    assert.deepStrictEqual(valid({}), {
      token: Redacted.make("t"),
      host: "0.0.0.0",
      httpPort: 7070,
      grpcPort: 9090,
      corsOrigins: [],
      bodyLimit: 1_048_576,
      maxRuns: 4,
      shutdownGrace: 30_000,
      queue: false,
      reindexInterval: 300_000,
      autoMigrate: { enabled: true, connections: [], retryInterval: 5_000, maxRounds: 24 },
      log: { level: "info", format: "json" },
      telemetry: { endpoint: undefined, headers: {}, serviceName: "bfm" }
    })
  })

  it("reads everything", () => {
    const server = valid({
      BFM_API_TOKEN: " SFX/a+b= ",
      BFM_API_TOKENS_FILE: "/run/tokens.yaml",
      BFM_LISTEN_ADDRESS: "::1",
      BFM_HTTP_PORT: "0",
      BFM_GRPC_PORT: "0",
      BFM_TLS_CERT: "c.pem",
      BFM_TLS_KEY: "k.pem",
      BFM_CORS_ORIGINS: "https://ops.example.com, http://localhost:3000",
      BFM_BODY_LIMIT: "2048",
      BFM_MAX_RUNS: "1",
      BFM_SHUTDOWN_GRACE: "1m",
      BFM_REINDEX_INTERVAL_MINUTES: "0",
      BFM_AUTO_MIGRATE: "Off",
      BFM_AUTO_MIGRATE_CONNECTIONS: "CORE, logs",
      BFM_AUTO_MIGRATE_RETRY_INTERVAL: "0",
      BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS: "3",
      BFM_LOG_LEVEL: "WARN",
      BFM_LOG_FORMAT: "plaintext",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20eA==, x=y",
      OTEL_SERVICE_NAME: "bfm-eu"
    })
    assert.deepStrictEqual(server, {
      token: Redacted.make("SFX/a+b="),
      tokensFile: "/run/tokens.yaml",
      host: "::1",
      httpPort: 0,
      grpcPort: 0,
      tls: { certificate: "c.pem", key: "k.pem" },
      corsOrigins: ["https://ops.example.com", "http://localhost:3000"],
      bodyLimit: 2048,
      maxRuns: 1,
      shutdownGrace: 60_000,
      queue: false,
      reindexInterval: 0,
      autoMigrate: { enabled: false, connections: ["core", "logs"], retryInterval: 0, maxRounds: 3 },
      log: { level: "warning", format: "text" },
      telemetry: {
        endpoint: "http://collector:4318",
        headers: { authorization: "Basic eA==", x: "y" },
        serviceName: "bfm-eu"
      }
    })
  })

  it("reports all problems at once, those of the rest of the configuration too", () => {
    const found = problems({
      BFM_STATE_DB_HOST: "db1",
      BFM_HTTP_PORT: "70000",
      BFM_GRPC_PORT: "x",
      BFM_TLS_CERT: "c.pem",
      BFM_CORS_ORIGINS: "https://ops.example.com/path",
      BFM_BODY_LIMIT: "1",
      BFM_MAX_RUNS: "0",
      BFM_SHUTDOWN_GRACE: "30",
      BFM_REINDEX_INTERVAL_MINUTES: "often",
      BFM_AUTO_MIGRATE: "flase",
      BFM_AUTO_MIGRATE_RETRY_INTERVAL: "5",
      BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS: "0",
      BFM_LOG_LEVEL: "loud",
      BFM_LOG_FORMAT: "xml"
    })
    assert.deepStrictEqual(found.map(problem => problem.split(" ")[0]).sort(), [
      "BFM_API_TOKEN",
      "BFM_AUTO_MIGRATE",
      "BFM_AUTO_MIGRATE_RETRY_INTERVAL",
      "BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS",
      "BFM_BODY_LIMIT",
      "BFM_CORS_ORIGINS",
      "BFM_GRPC_PORT",
      "BFM_HTTP_PORT",
      "BFM_LOG_FORMAT",
      "BFM_LOG_LEVEL",
      "BFM_MAX_RUNS",
      "BFM_REINDEX_INTERVAL_MINUTES",
      "BFM_SHUTDOWN_GRACE",
      "BFM_STATE_DB_PASSWORD",
      "BFM_TLS_KEY"
    ])
  })

  it.each([
    [{}, /^BFM_API_TOKEN is not set, nor BFM_API_TOKENS_FILE/],
    [{ BFM_API_TOKEN: "" }, /^BFM_API_TOKEN is not set/],
    [{ BFM_API_TOKEN: "zwölf" }, /^BFM_API_TOKEN has characters that no Authorization header/],
    [{ BFM_API_TOKEN: "t", BFM_GRPC_PORT: "7070" }, /^BFM_GRPC_PORT is the port of BFM_HTTP_PORT/],
    [{ BFM_API_TOKENS_FILE: "f", BFM_TLS_KEY: "k" }, /^BFM_TLS_CERT is not set, but BFM_TLS_KEY is$/]
  ])("does not start with %j", (environment, message) => {
    assert.match(problems(environment).join("\n"), message)
  })

  it("never shows its token", () => {
    const shown = JSON.stringify([decode({ BFM_API_TOKEN: "Geheim" }), decode({ BFM_API_TOKEN: "Geheim ü" })])
    assert.notInclude(shown, "Geheim")
  })

  it("a command line beside it takes its variables for what they are", () => {
    const environment = { BFM_BODY_LIMIT: "x", BFM_MAX_RUNS: "0", BFM_SHUTDOWN_GRACE: "1", BFM_TLS_KEY: "k" }
    assert.deepStrictEqual(command(environment).warnings, [])
  })
})

describe("certificates", () => {
  const file = (name: string) => new URL(`../fixtures/tls/${name}`, import.meta.url).pathname

  it.effect("are read when they belong together", () =>
    Effect.gen(function* () {
      const { certificate } = yield* Tls.read({ certificate: file("server.pem"), key: file("server.key") })
      assert.include(certificate, "BEGIN CERTIFICATE")
    })
  )

  it.effect("are refused with the variable that is wrong", () =>
    Effect.gen(function* () {
      const refused = (certificate: string, key: string) =>
        Effect.map(Effect.flip(Tls.read({ certificate: file(certificate), key: file(key) })), error =>
          error.problems.map(({ variable, reason }) => `${variable} ${reason}`).join()
        )
      assert.match(
        yield* refused("none.pem", "server.key"),
        /^BFM_TLS_CERT names .*none\.pem, which does not/
      )
      assert.match(yield* refused("server.pem", "none.key"), /^BFM_TLS_KEY names /)
      assert.match(yield* refused("ca.pem", "server.key"), /^BFM_TLS_CERT and BFM_TLS_KEY are not/)
    })
  )
})
