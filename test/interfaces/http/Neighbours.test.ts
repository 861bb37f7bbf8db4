import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "./Service.ts"

const ask = (service: Service.Service, id: string, token = "t-admin") =>
  Effect.map(service.get(`/api/v1/migrations/${id}/dependencies`, { token }), ({ body }) => ({
    nodes: body.nodes.map(
      ({ connection, name, status }: Record<string, string>) => `${connection}/${name} ${status}`
    ),
    edges: body.edges.map(({ before, after }: Record<string, string>) => `${before} > ${after}`),
    unknown: body.unknown,
    partial: body.partial
  }))

describe("what a migration depends on, and what depends on it", () => {
  it.scopedLive("is told however far it is, across connections, and nothing besides", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const write = (n: number, name: string, needs: string, connection = "core") =>
        project.write(
          `/sfm/postgresql/${connection}/${Scenario.named(n, name)}.up.sql`,
          `${needs === "" ? "" : `-- bfm-depends-on: ${needs}\n`}SELECT 1;`
        )
      write(1, "users", "")
      write(2, "events", "core/users", "logs")
      write(3, "orders", "logs/events, users")
      write(4, "bills", "orders")
      write(5, "alone", "")
      const environment = { LOGS_BACKEND: "postgresql", LOGS_DB_URL: project.target.url }
      const service = yield* Service.start(project, { environment })
      yield* service.post("/api/v1/migrate", {
        connection: "core",
        target: { connection: "core", version: Scenario.version(1) }
      })
      const orders = Scenario.id(3, "orders")
      const [users, events, bills] = [
        Scenario.id(1, "users"),
        Scenario.id(2, "events", "logs"),
        Scenario.id(4, "bills")
      ]
      assert.deepStrictEqual(yield* ask(service, orders), {
        nodes: ["core/orders pending", "logs/events pending", "core/users applied", "core/bills pending"],
        edges: [
          `${events} > ${orders}`,
          `${users} > ${orders}`,
          `${users} > ${events}`,
          `${orders} > ${bills}`
        ],
        unknown: [],
        partial: false
      })
      // Of a connection that the token may not see, nothing is told, nor what lies behind it.
      const core = yield* ask(service, orders, "t-core")
      assert.deepStrictEqual(core.nodes, ["core/orders pending", "core/users applied", "core/bills pending"])
      assert.deepStrictEqual((yield* ask(service, Scenario.id(5, "alone"))).nodes, ["core/alone pending"])
    })
  )

  it.scopedLive("is told as far as anybody can look at it, and what is written and means nothing", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(0, "first")}.up.sql`, "-- bfm-depends-on: gone, logs/away\nSELECT 1;")
      for (let n = 1; n <= 160; n++)
        project.write(`${Scenario.named(n, `m${n}`)}.up.sql`, "-- bfm-depends-on: first\nSELECT 1;")
      const first = Scenario.id(0, "first")
      const { nodes, edges, unknown, partial } = yield* ask(yield* Service.start(project), first)
      assert.deepStrictEqual([nodes.length, edges.length, partial], [150, 149, true])
      assert.deepStrictEqual(unknown, [
        { migration_id: first, target: "gone" },
        { migration_id: first, target: "logs/away" }
      ])
    })
  )
})
