import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "./Service.ts"

interface Frame {
  readonly id: number | undefined
  readonly event: string
  readonly data: Record<string, unknown>
}

const frames = (text: string): ReadonlyArray<Frame> =>
  text
    .split("\n\n")
    .filter(part => part.includes("event: "))
    .map(part => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(part)?.[1]
      const id = field("id")
      return {
        id: id === undefined ? undefined : Number(id),
        event: field("event") ?? "",
        data: JSON.parse(field("data") ?? "null")
      }
    })

const project = Effect.map(Project.make, made => {
  made.write("20250101120000_users.up.sql", "CREATE TABLE users (id int);")
  made.write("20250101120000_users.down.sql", "DROP TABLE users;")
  return made
})

const finished = ({ get }: Service.Service, id: string) =>
  Effect.map(
    Scenario.until(
      Effect.map(get(`/api/v1/runs/${id}`), ({ body }) => (body.finished_at === undefined ? [] : [body])),
      "the end of the run"
    ),
    ([run]) => run ?? {}
  )

describe("runs", () => {
  it.scopedLive("are begun, followed from any event on, and listed", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* Scenario.gate(made)
      made.write("20250101120001_slow.up.sql", gate.statement)
      const service = yield* Service.start(made)
      const { get, post } = service
      const plan = yield* post("/api/v1/plan", { target: { connections: ["core"] } })
      assert.deepStrictEqual([plan.status, plan.body.steps.length], [200, 2])
      const started = yield* post("/api/v1/runs", { plan_hash: plan.body.hash })
      assert.deepStrictEqual([started.status, started.body.actor.name], [202, "admin"])
      const { id } = started.body
      yield* gate.reached
      assert.deepInclude((yield* get(`/api/v1/runs/${id}`)).body, {
        state: "running",
        succeeded: 1,
        total: 2
      })
      const following = yield* Effect.fork(get(`/api/v1/runs/${id}/events`))
      yield* gate.open
      const stream = yield* Fiber.join(following)
      assert.strictEqual(stream.headers.get("content-type"), "text/event-stream")
      const all = frames(stream.text)
      assert.deepStrictEqual(
        all.map(({ event }) => event),
        [
          "Planned",
          "RunStarted",
          "StepStarted",
          "StepSucceeded",
          "StepStarted",
          "StepSucceeded",
          "RunFinished"
        ]
      )
      assert.deepStrictEqual(
        all.map(frame => frame.id),
        [1, 2, 3, 4, 5, 6, 7]
      )
      assert.deepInclude(all.at(-1)?.data, { run_id: id, state: "succeeded" })
      const rest = yield* get(`/api/v1/runs/${id}/events`, { headers: { "last-event-id": "5" } })
      assert.deepStrictEqual(
        frames(rest.text).map(frame => frame.id),
        [6, 7]
      )
      assert.strictEqual((yield* get(`/api/v1/migrations?status=applied`)).body.total, 2)

      const second = yield* post("/api/v1/runs", { direction: "down", id: "20250101120000_users" })
      assert.strictEqual(second.status, 202)
      yield* finished(service, second.body.id)
      const list = yield* get("/api/v1/runs?limit=1")
      assert.deepStrictEqual([list.body.items[0].id, list.body.total], [second.body.id, 2])
      const next = yield* get(`/api/v1/runs?limit=1&cursor=${list.body.next}`)
      assert.deepStrictEqual([next.body.items[0].id, next.body.next], [id, undefined])
      assert.strictEqual((yield* get("/api/v1/runs?cursor=nothing")).status, 400)
      const history = yield* get("/api/v1/history?limit=1")
      assert.strictEqual(history.body.items[0].event, "rolled_back")
      const older = yield* get(`/api/v1/history?cursor=${history.body.next}`)
      assert.strictEqual(older.body.items.length, 2)
      assert.strictEqual((yield* get("/api/v1/history?cursor=x")).status, 400)
    })
  )

  it.scopedLive(
    "are refused when something is asked for that nobody knows: it may narrow down what runs",
    () =>
      Effect.gen(function* () {
        const { get, post } = yield* Service.start(yield* project)
        for (const [body, field] of [
          [{ connections: ["core"] }, "connections"],
          [{ dry_run: true }, "dry_run"],
          [{ target: { connection: ["core"] } }, "target.connection"],
          [{ direction: "down", id: "20250101120000_users", target: {} }, "target"]
        ] as const) {
          for (const path of ["/api/v1/plan", "/api/v1/runs"]) {
            const { status, body: answer } = yield* post(path, body)
            assert.deepStrictEqual([status, answer.code], [400, "RequestInvalid"])
            assert.include(answer.error, `unknown field ${field}; known: `)
          }
        }
        assert.strictEqual((yield* get("/api/v1/runs")).body.total, 0)
      })
  )

  it.scopedLive("are refused with variables that no script can name or no store can keep", () =>
    Effect.gen(function* () {
      const { get, post } = yield* Service.start(yield* project)
      const down = { id: "20250101120000_users" }
      const asked = [
        ["/api/v1/plan", {}],
        ["/api/v1/runs", {}],
        ["/api/v1/runs", { direction: "down", ...down }],
        ["/api/v1/migrate", { connection: "core", target: {} }],
        ["/api/v1/migrations/up", { connection: "core" }],
        ["/api/v1/migrations/down", { migration_id: down.id }]
      ] as const
      for (const [path, body] of asked) {
        for (const [name, value] of [
          ["\0", "x"],
          ["\ud800", "x"],
          ["not one", "x"],
          ["region", "a\0b"],
          ["region", "\ud800"]
        ] as const) {
          const refused = yield* post(path, { ...body, variables: { [name]: value } })
          const told = `${path}: ${refused.text}`
          assert.deepStrictEqual([refused.status, refused.body.code], [400, "RequestInvalid"], told)
          assert.match(refused.body.error, /variable is named with|value of region/, told)
        }
      }
      assert.strictEqual((yield* get("/api/v1/runs")).body.total, 0)
    })
  )

  it.scopedLive("are begun and ended by whoever may do what they do", () =>
    Effect.gen(function* () {
      const made = yield* project
      const { post } = yield* Service.start(made)
      const run = { direction: "down", id: "20250101120000_users" }
      assert.strictEqual((yield* post("/api/v1/runs", {}, { token: "t-rollback" })).status, 403)
      assert.strictEqual((yield* post("/api/v1/runs", run, { token: "t-migrate" })).status, 403)
      assert.strictEqual((yield* post("/api/v1/runs", run, { token: "t-read" })).status, 403)
      const { status, body } = yield* post("/api/v1/runs", run, { token: "t-rollback" })
      assert.strictEqual(status, 202)
      const cancel = `/api/v1/runs/${body.id}/cancel`
      assert.strictEqual((yield* post(cancel, undefined, { token: "t-migrate" })).status, 403)
      assert.include([202, 409], (yield* post(cancel, undefined, { token: "t-rollback" })).status)
    })
  )

  it.scopedLive("that come to nothing say why, also to those who follow", () =>
    Effect.gen(function* () {
      const made = yield* project
      made.write("20250101120001_tenant.up.sql", "-- bfm-schema: dynamic\nCREATE TABLE t (id int);")
      const service = yield* Service.start(made)
      const { post } = service
      const dynamic = yield* post("/api/v1/runs", { strict_schema: true })
      const failed = yield* finished(service, dynamic.body.id)
      assert.strictEqual(failed["state"], "failed")
      const events = `/api/v1/runs/${dynamic.body.id}/events`
      for (const { get: ask } of [service, yield* Service.start(made)]) {
        const last = frames((yield* ask(events)).text).at(-1)
        assert.deepInclude(last, { event: "RunError" })
        assert.deepInclude(last?.data, { code: "PlanRejected" })
      }
    })
  )

  it.scopedLive("that are bound to a plan are refused when it differs now, and in what", () =>
    Effect.gen(function* () {
      const made = yield* project
      const { post } = yield* Service.start(made)
      const unknown = yield* post("/api/v1/runs", { plan_hash: "00000000" })
      assert.deepStrictEqual(
        [unknown.status, unknown.body.code, unknown.body.added],
        [409, "PlanDiffers", undefined]
      )
      const plan = yield* post("/api/v1/plan", {})
      made.remove("20250101120000_users.up.sql")
      made.remove("20250101120000_users.down.sql")
      made.write("20250101120001_orders.up.sql", "CREATE TABLE orders (id int);")
      const { status, body } = yield* post("/api/v1/runs", { plan_hash: plan.body.hash })
      assert.strictEqual(status, 409)
      assert.deepInclude(body, {
        code: "PlanDiffers",
        expected: plan.body.hash,
        added: ["20250101120001_orders_postgresql_core"],
        removed: ["20250101120000_users_postgresql_core"],
        changed: []
      })
    })
  )

  it.scopedLive("are cancelled between steps, and resumed", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* Scenario.gate(made)
      made.write("20250101120001_slow.up.sql", gate.statement)
      // Of its own, so that it is not sent together with what is before it.
      made.write("20250101120002_last.up.sql", "-- bfm-transaction: none\nCREATE TABLE last (id int);")
      const service = yield* Service.start(made)
      const { post } = service
      const { body } = yield* post("/api/v1/runs", {})
      yield* gate.reached
      const early = yield* post(`/api/v1/runs/${body.id}/resume`)
      assert.deepStrictEqual([early.status, early.body.code], [409, "RunConflict"])
      assert.strictEqual((yield* post(`/api/v1/runs/${body.id}/cancel`)).status, 202)
      yield* gate.open
      assert.deepInclude(yield* finished(service, body.id), { state: "cancelled", succeeded: 2 })
      const late = yield* post(`/api/v1/runs/${body.id}/cancel`)
      assert.deepStrictEqual([late.status, late.body.code], [409, "RunConflict"])
      const resumed = yield* post(`/api/v1/runs/${body.id}/resume`)
      assert.strictEqual(resumed.status, 202)
      assert.deepInclude(yield* finished(service, resumed.body.id), {
        state: "succeeded",
        total: 1,
        succeeded: 1
      })
      const again = yield* post(`/api/v1/runs/${resumed.body.id}/resume`)
      assert.match(again.body.error, /nothing to resume/)
      assert.strictEqual((yield* post("/api/v1/runs/nope/cancel")).status, 404)
    })
  )

  it.scopedLive("of another process are known by what the state remembers", () =>
    Effect.gen(function* () {
      const made = yield* project
      const first = yield* Service.start(made)
      const { body } = yield* first.post("/api/v1/runs", {})
      yield* finished(first, body.id)
      const { get, post } = yield* Service.start(made)
      assert.strictEqual((yield* get(`/api/v1/runs/${body.id}`)).body.state, "succeeded")
      const events = frames((yield* get(`/api/v1/runs/${body.id}/events`)).text)
      assert.deepStrictEqual(
        events.map(({ id, event }) => `${id} ${event}`),
        ["1 Planned", "2 RunStarted", "3 StepStarted", "4 StepSucceeded", "5 RunFinished"]
      )
      const last = yield* get(`/api/v1/runs/${body.id}/events`, { headers: { "last-event-id": "4" } })
      assert.deepStrictEqual(
        frames(last.text).map(({ id }) => id),
        [5]
      )
      assert.deepStrictEqual(
        frames((yield* get(`/api/v1/runs/${body.id}/events`, { headers: { "last-event-id": "5" } })).text),
        []
      )
      const detail = (yield* get(`/api/v1/runs/${body.id}`)).body
      assert.deepInclude(detail.request, { direction: "up", concurrency: 1 })
      assert.deepStrictEqual(detail.plan.steps.length, 1)
      assert.deepInclude((yield* get(`/api/v1/runs/${body.id}/result`)).body, {
        success: true,
        applied: ["20250101120000_users_postgresql_core"]
      })
      assert.strictEqual((yield* post(`/api/v1/runs/${body.id}/resume`)).status, 409)
      assert.strictEqual((yield* get("/api/v1/runs")).body.items[0].id, body.id)
      assert.strictEqual((yield* get("/api/v1/runs/nope/events")).status, 404)
    })
  )

  it.scopedLive("the server ends with streams open, and the run goes on", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* Scenario.gate(made)
      made.write("20250101120001_slow.up.sql", gate.statement)
      const { close, get, post } = yield* Service.start(made)
      const { body } = yield* post("/api/v1/runs", {})
      yield* gate.reached
      const following = yield* Effect.fork(get(`/api/v1/runs/${body.id}/events`))
      const waiting = yield* Effect.fork(
        Effect.exit(Effect.timeout(post("/api/v1/migrate", { connection: "core", target: {} }), "5 seconds"))
      )
      yield* Effect.sleep("100 millis")
      // The gate stays shut: whoever waited for the run would wait for ever.
      yield* Effect.timeout(close, "20 seconds")
      const heard = frames((yield* Fiber.join(following)).text)
      assert.strictEqual(heard.at(-1)?.event, "StepStarted")
      yield* Fiber.join(waiting)
      yield* gate.open
      yield* Scenario.until(
        made.query("SELECT 1 FROM bfm.ledger WHERE name = 'slow' AND state = 'applied'"),
        "the step is applied"
      )
    })
  )
})
