import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/Bfm.ts"
import * as Project from "../fixtures/Project.ts"

const name = "20250101120000_index_users"

describe("a step that was begun before", () => {
  it.scopedLive("is planned from where it was left, and rolling it back is planned from its beginning", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const script = (table: string) =>
        `-- bfm-transaction: none\nCREATE TABLE users (id int);\nCREATE INDEX CONCURRENTLY users_id ON ${table} (id);`
      project.write(`${name}.up.sql`, script("nowhere"))
      project.write(`${name}.down.sql`, "DROP INDEX CONCURRENTLY users_id;\nDROP TABLE users;")
      yield* Effect.flip(project.run(Bfm.up()))
      project.write(`${name}.up.sql`, script("users"))
      const [rest] = (yield* project.run(Bfm.plan())).steps
      assert.strictEqual(rest?.resume_at, 1)
      yield* project.run(Bfm.up())
      const [back] = (yield* project.run(Bfm.planDown({ id: name }))).steps
      assert.strictEqual(back?.resume_at, 0)
      assert.isFalse(back?.in_doubt)
      yield* project.run(Bfm.down({ id: name }))
      const [again] = (yield* project.run(Bfm.plan())).steps
      assert.strictEqual(again?.resume_at, 0)
    })
  )
})
