import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Collector from "../fixtures/Collector.ts"
import * as Document from "../fixtures/Document.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"

const request = { target: {}, connection: "core" }

const seed = Effect.map(Project.make, project => {
  project.write("20250101000001_one.up.sql", "CREATE TABLE one (id int);")
  return project
})

describe("traces over OTLP", () => {
  it.scopedLive("one trace leads from the request to the statements of both databases", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write(
        "20250101000002_fill.ts",
        `import { Migration, Session } from "bfm"
import * as Effect from "effect/Effect"
export default Migration.make({
  up: Effect.flatMap(Session, session => session.execute("INSERT INTO one VALUES ($1)", [8675309]))
})`
      )
      const collector = yield* Collector.start
      const served = yield* Served.start(project, {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: "x-team=shop%20floor",
        OTEL_SERVICE_NAME: "bfm-of-shop"
      })
      const asked = { headers: { "x-request-id": "first-request" } }
      const answer = yield* served.post("/api/v1/migrate", request, asked)
      assert.strictEqual(answer.status, 200, answer.text)
      yield* served.post("/api/v1/migrate", request)
      assert.strictEqual((yield* served.stop).code, 0)
      assert.strictEqual(collector.headers()["x-team"], "shop floor")
      assert.include(collector.received(), "bfm-of-shop")
      const spans = collector.spans()
      const [server, second] = spans.filter(({ name }) => name === "http.server POST")
      assert.isDefined(server)
      assert.notStrictEqual(server?.traceId, second?.traceId)
      const trace = spans.filter(({ traceId }) => traceId === server?.traceId)
      const byId = new Map(trace.map(span => [span.spanId, span]))
      const roots = trace.filter(({ parentSpanId }) => parentSpanId === undefined)
      assert.deepStrictEqual(roots, [server])
      const above = (span: Collector.Span | undefined): ReadonlyArray<string> =>
        span === undefined ? [] : [span.name, ...above(byId.get(span.parentSpanId ?? ""))]
      const sent = (text: RegExp) =>
        above(trace.find(({ attributes }) => text.test(attributes["db.query.text"] ?? "")))
      const statement = sent(/CREATE TABLE one/)
      assert.strictEqual(statement[0], "postgresql query")
      assert.strictEqual(statement.at(-1), "http.server POST")
      assert.include(sent(/INSERT INTO one/), "http.server POST")
      assert.include(sent(/insert into "public"\.bfm_runs/), "http.server POST")
      // The values of parameters stay where they are.
      assert.notInclude(collector.received(), "8675309")
      assert.include(collector.logs().join("\n"), "request")
    })
  )

  it.scopedLive("a collector that is away holds nothing up", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const served = yield* Served.start(project, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" })
      assert.strictEqual((yield* served.post("/api/v1/migrate", request)).status, 200)
      assert.strictEqual((yield* served.stop).code, 0)
    })
  )
})

describe("/metrics", () => {
  it.scopedLive("has every family, with what happened, and no id as a label", () =>
    Effect.gen(function* () {
      const project = yield* seed
      project.write("20250101000002_two.up.sql", "SELECT 1/0;")
      project.write("20250101000003_three.up.sql", "CREATE TABLE three (id int);")
      const served = yield* Served.start(project)
      const run = yield* served.post("/api/v1/migrate", request)
      assert.strictEqual(run.status, 206)
      yield* served.get("/health/ready", { token: "not-a-token" })
      yield* served.get("/api/v1/migrations", { token: "not-a-token" })
      const [{ text } = { text: "" }] = yield* Scenario.until(
        Effect.map(served.get("/metrics"), answer => (answer.status === 200 ? [{ text: answer.text }] : [])),
        "metrics"
      )
      const has = (line: string) => assert.include(String(text).split("\n"), line)
      has('bfm_runs_total{direction="up",state="failed"} 1')
      has("bfm_runs_active 0")
      has('bfm_steps_total{backend="postgresql",connection="core",direction="up",outcome="succeeded"} 1')
      has('bfm_steps_total{backend="postgresql",connection="core",direction="up",outcome="failed"} 1')
      has('bfm_step_duration_seconds_count{backend="postgresql",connection="core"} 2')
      has('bfm_migrations{connection="core",backend="postgresql",status="pending"} 1')
      has('bfm_migrations{connection="core",backend="postgresql",status="failed"} 1')
      has('bfm_connection_up{connection="core",backend="postgresql"} 1')
      for (const connection of ["core", "state"]) {
        assert.match(
          String(text),
          new RegExp(`^bfm_pool_connections\\{connection="${connection}",state="open"\\} [12]$`, "m")
        )
        has(`bfm_pool_connections{connection="${connection}",state="waiting"} 0`)
      }
      for (const family of [
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "nodejs_eventloop_lag_seconds"
      ]) {
        assert.match(String(text), new RegExp(`^# TYPE ${family} \\w+$`, "m"))
      }
      const dashboard = Document.read("deploy/grafana/bfm.json")
      const shown = new Set(dashboard.match(/\b(bfm|process|nodejs)_[a-z0-9_]+/g))
      assert.isAbove(shown.size, 10)
      for (const name of shown) assert.match(String(text), new RegExp(`^${name}[ {]`, "m"))
      const told = Document.rows(Document.section("docs/observability.md", "Metrics"))
      for (const [metric = "", labels = ""] of told) {
        const [name = ""] = Document.codes(metric)
        shown.delete(name)
        const [, found = ""] =
          new RegExp(`^${name}(?:_count)?(?:\\{(.*?)\\})? `, "m").exec(String(text)) ?? []
        const named = [...found.matchAll(/(\w+)=/g)].map(([, label]) => label)
        assert.sameMembers(named, [...Document.codes(labels)], name)
      }
      assert.deepStrictEqual(
        [...shown].filter(name => name.startsWith("bfm_")),
        ["bfm_step_duration_seconds_bucket"]
      )
      assert.notMatch(String(text), /[0-7][0-9A-HJKMNP-TV-Z]{25}|2025010100000\d/)
    })
  )

  it.scopedLive("counts those who wait for a lock", () =>
    Effect.gen(function* () {
      const project = yield* seed
      const gate = yield* Scenario.gate(project)
      project.write("20250101000002_slow.up.sql", gate.statement)
      const served = yield* Served.start(project)
      const first = yield* Served.begun(served)
      yield* gate.reached
      const second = yield* Served.begun(served)
      yield* Scenario.until(
        Effect.map(served.get("/metrics"), ({ text }) =>
          text.split("\n").includes('bfm_lock_waits_total{connection="core"} 1') ? [{}] : []
        ),
        "somebody waits for a lock"
      )
      assert.match((yield* served.get("/metrics")).text, /^bfm_runs_active 2$/m)
      yield* gate.open
      for (const id of [first, second]) {
        yield* Scenario.until(
          Effect.map(served.get(`/api/v1/runs/${id}`), ({ body }) =>
            body.state === "succeeded" ? [{}] : []
          ),
          "the run succeeds"
        )
      }
    })
  )
})
