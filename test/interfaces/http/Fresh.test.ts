import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"
import * as Service from "./Service.ts"

const id = "20250101120000_a_postgresql_core"

describe("two servers on one state database", () => {
  it.scopedLive("each knows of a migration what the other one has just done to it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101120000_a.up.sql", "CREATE TABLE a (id int);\n")
      project.write("20250101120000_a.down.sql", "DROP TABLE a;\n")
      const [here, there] = [yield* Service.start(project), yield* Service.start(project)]
      const known = Effect.map(
        Effect.all([
          there.get(`/api/v1/migrations/${id}/status`),
          there.get(`/api/v1/migrations/${id}/applied`),
          there.get(`/api/v1/migrations/${id}`)
        ]),
        ([status, applied, detail]) => [status.body.status, applied.body.applied, detail.body.applied]
      )
      assert.deepStrictEqual(yield* known, ["pending", false, false])
      const up = yield* here.post("/api/v1/migrations/up", {
        connection: "core",
        target: { connection: "core" }
      })
      assert.strictEqual(up.status, 200, up.text)
      assert.deepStrictEqual(yield* known, ["applied", true, true])
      const down = yield* here.post(`/api/v1/migrations/${id}/rollback`)
      assert.strictEqual(down.status, 200, down.text)
      assert.deepStrictEqual(yield* known, ["rolled_back", false, false])
    })
  )
})
