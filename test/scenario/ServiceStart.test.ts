import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"

const request = { target: {}, connection: "core" }

const seed = Effect.map(Project.make, project => {
  project.write("20250101000001_one.up.sql", "CREATE TABLE one (id int);")
  return project
})

/** A port that somebody else listens on. */
const taken = Effect.map(
  Effect.acquireRelease(
    Effect.async<net.Server>(resume => {
      const server = net.createServer()
      server.listen(0, "0.0.0.0", () => resume(Effect.succeed(server)))
    }),
    server => Effect.sync(() => server.close())
  ),
  server => String((server.address() as net.AddressInfo).port)
)

const stack = /\n\s+at |node:internal|\.cjs/

/** Whether somebody listens. */
const answers = (host: string, address: string): Effect.Effect<boolean> =>
  Effect.async(resume => {
    const socket = net.connect(Number(address.split(":").at(-1)), host)
    const end = (is: boolean) => {
      socket.destroy()
      resume(Effect.succeed(is))
    }
    socket.once("connect", () => end(true)).once("error", () => end(false))
  })

describe("bfm serve listens", { concurrent: true }, () => {
  for (const [listen, where, hosts] of [
    ["", "everywhere", ["127.0.0.1", "127.0.0.2"]],
    ["127.0.0.1", "only at the address that it was given", ["127.0.0.1"]],
    ["::", "over IPv6 too", ["127.0.0.1", "127.0.0.2", "::1"]]
  ] as const) {
    it.scopedLive(`${where}: BFM_LISTEN_ADDRESS=${listen}`, () =>
      Effect.gen(function* () {
        const served = yield* Served.start(yield* seed, { BFM_LISTEN_ADDRESS: listen })
        for (const host of ["127.0.0.1", "127.0.0.2", "::1"])
          for (const port of [served.url, served.grpc])
            assert.strictEqual(
              yield* answers(host, port),
              hosts.some(one => one === host),
              `${host} ${port}`
            )
      })
    )
  }
})

describe("bfm serve refuses to start", { concurrent: true }, () => {
  it.scopedLive("with every problem of its configuration at once, and without a stack", () =>
    Effect.gen(function* () {
      const { code, output } = yield* Served.refused(yield* seed, {
        BFM_API_TOKEN: "",
        BFM_LISTEN_ADDRESS: "localhost",
        BFM_HTTP_PORT: "http",
        BFM_GRPC_PORT: "70000",
        BFM_SHUTDOWN_GRACE: "soon",
        BFM_LOG_LEVEL: "loud",
        BFM_LOG_FORMAT: "xml",
        BFM_TLS_CERT: "/nowhere.pem",
        OTEL_EXPORTER_OTLP_ENDPOINT: "collector"
      })
      assert.strictEqual(code, 1)
      for (const variable of [
        "BFM_API_TOKEN",
        "BFM_LISTEN_ADDRESS",
        "BFM_HTTP_PORT",
        "BFM_GRPC_PORT",
        "BFM_SHUTDOWN_GRACE",
        "BFM_LOG_LEVEL",
        "BFM_LOG_FORMAT",
        "BFM_TLS_KEY",
        "OTEL_EXPORTER_OTLP_ENDPOINT"
      ]) {
        assert.match(output, new RegExp(`^ {2}${variable} {2}\\S`, "m"))
      }
      assert.match(output, /9 problems in the configuration/)
      assert.notMatch(output, stack)
    })
  )

  it.scopedLive("at an address that the machine does not have: it names the variable", () =>
    Effect.gen(function* () {
      // For documents only.
      const { code, output } = yield* Served.refused(yield* seed, { BFM_LISTEN_ADDRESS: "192.0.2.1" })
      assert.strictEqual(code, 1)
      assert.match(output, /^ {2}BFM_LISTEN_ADDRESS {2}.*192\.0\.2\.1/m)
      assert.notMatch(output, stack)
    })
  )

  it.scopedLive("when a port is taken: it names the variable, whichever it is", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const port = yield* taken
      for (const variable of ["BFM_HTTP_PORT", "BFM_GRPC_PORT"]) {
        const { code, output } = yield* Served.refused(project, { [variable]: port })
        assert.strictEqual(code, 1)
        assert.match(output, new RegExp(`${variable}.*${port}`))
        assert.notMatch(output, stack)
      }
    })
  )
})

describe("the log", { concurrent: true }, () => {
  it.scopedLive("is a line of JSON for each request but health, with level and request id", () =>
    Effect.gen(function* () {
      const served = yield* Served.start(yield* seed)
      yield* served.get("/health")
      yield* served.get("/health/ready")
      yield* served.get("/api/v1/health")
      yield* served.get("/nowhere?secret=1", { headers: { "x-request-id": "asked-1" } })
      yield* served.post("/api/v1/migrate", request, { headers: { "x-request-id": "asked-2" } })
      yield* served.stop
      const requests = served.log().filter(({ msg }) => msg === "request")
      assert.deepStrictEqual(
        requests.map(({ level, fields }) => [
          level,
          fields["request_id"],
          fields["method"],
          fields["path"],
          fields["status"]
        ]),
        [
          ["info", "asked-1", "GET", "/nowhere", 404],
          ["info", "asked-2", "POST", "/api/v1/migrate", 200]
        ]
      )
      for (const { time, level } of served.log()) {
        assert.strictEqual(new Date(time).toISOString(), time)
        assert.oneOf(level, ["info", "warning"])
      }
    })
  )

  it.scopedLive("says how a run ended, and why its steps failed", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("20250101000002_two.up.sql", "SELECT 1/0;")
      const served = yield* Served.start(project)
      yield* served.post("/api/v1/migrate", request, { headers: { "x-request-id": "asked-3" } })
      yield* served.stop
      const [failed] = served.log().filter(({ level }) => level === "error")
      assert.match(failed?.msg ?? "", /20250101000002_two.*division by zero/s)
      assert.strictEqual(failed?.fields["request_id"], "asked-3")
      assert.match(String(failed?.fields["run_id"]), /^[0-9A-Z]{26}$/)
      const ended = served.log().find(({ msg }) => msg === "run failed")
      assert.deepInclude(ended?.fields, { actor: "api", succeeded: 1, failed: 1 })
    })
  )

  it.scopedLive("can be text", () =>
    Effect.gen(function* () {
      const served = yield* Served.start(yield* seed, { BFM_LOG_FORMAT: "text", BFM_LOG_LEVEL: "INFO" })
      yield* served.get("/nowhere")
      const line = yield* served.says(/msg=request/)
      assert.match(line, /^time=\S+Z level=info msg=request /)
      for (const field of ["method=GET", "path=/nowhere", "status=404"]) {
        assert.include(line.split(" "), field)
      }
    })
  )
})

describe("what is secret", { concurrent: true }, () => {
  it.scopedLive("is in no log line, error, answer or figure", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const secrets = ["planted-api-token", "planted-target-pw", "planted-state-pw", "planted-wrong-token"]
      const [token = "", target = "", state = "", wrong = ""] = secrets
      // Those of the servers are not asked for: they trust everybody from here.
      const withPassword = (url: string, password: string) => {
        const parsed = new URL(url)
        parsed.password = password
        return parsed.href
      }
      const served = yield* Served.start(project, {
        BFM_API_TOKEN: token,
        CORE_DB_URL: withPassword(project.target.url, target),
        BFM_STATE_DB_URL: withPassword(project.state.url, state),
        AWAY_BACKEND: "postgresql",
        AWAY_DB_URL: `postgres://ann:${target}@127.0.0.1:1/away`,
        BFM_AUTO_MIGRATE: "true",
        BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS: "1",
        BFM_LOG_LEVEL: "debug"
      })
      project.write("/sfm/postgresql/away/20250101000003_three.up.sql", "SELECT 1;")
      const answers = [
        yield* served.post("/api/v1/migrate", request),
        yield* served.post("/api/v1/migrate", { target: {}, connection: "away" }),
        yield* served.post("/api/v1/plan", { target: {} }),
        yield* served.get("/api/v1/migrations", { token: wrong }),
        yield* served.get(`/api/v1/migrations?token=${wrong}`),
        yield* served.get("/health"),
        yield* served.get("/metrics"),
        yield* served.get("/api/v1/connections"),
        yield* served.get("/api/v1/runs"),
        yield* served.get("/api/v1/history"),
        yield* served.get("/api/v1/openapi.json"),
        yield* served.get("/docs")
      ]
      assert.include(
        answers.map(({ status }) => status),
        503
      )
      yield* served.says(/auto-migrate: gave up on away/)
      yield* served.stop
      const everything = [served.output(), ...answers.map(({ text }) => text)].join("\n")
      for (const secret of secrets) assert.notInclude(everything, secret)
      const refused = yield* Served.refused(project, {
        CORE_DB_URL: `postgres://ann:${target}@[broken/x`,
        BFM_HTTP_PORT: "x"
      })
      assert.strictEqual(refused.code, 1)
      assert.notInclude(refused.output, target)
      assert.lengthOf(yield* Scenario.agreed(project), 1)
    })
  )
})
