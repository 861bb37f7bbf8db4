import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** users <- orders <- index, each with its way back. */
const chain = Effect.gen(function* () {
  const project = yield* Project.make
  project.write(`${Scenario.named(1, "users")}.up.sql`, "CREATE TABLE users (id int PRIMARY KEY);")
  project.write(`${Scenario.named(1, "users")}.down.sql`, "DROP TABLE users;")
  project.write(
    `${Scenario.named(2, "orders")}.up.sql`,
    "-- bfm-depends-on: users\nCREATE TABLE orders (user_id int REFERENCES users);"
  )
  project.write(`${Scenario.named(2, "orders")}.down.sql`, "DROP TABLE orders;")
  project.write(
    `${Scenario.named(3, "index")}.up.sql`,
    "-- bfm-depends-on: orders\nCREATE INDEX orders_user ON orders (user_id);"
  )
  project.write(`${Scenario.named(3, "index")}.down.sql`, "DROP INDEX orders_user;")
  yield* Scenario.up(project)
  return project
})

const [users, orders, index] = [Scenario.id(1, "users"), Scenario.id(2, "orders"), Scenario.id(3, "index")]

describe("rolling back", () => {
  it.live("un-applies in ledger, state and list, and what was rolled back can be applied again", () =>
    Effect.gen(function* () {
      const project = yield* chain
      const result = yield* project.run(Bfm.down({ id: index }))
      assert.deepStrictEqual([result.success, result.applied], [true, [index]])
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [users]: "applied",
        [orders]: "applied",
        [index]: "rolled_back"
      })
      assert.deepStrictEqual(yield* Scenario.agreed(project), [users, orders])
      const { items } = yield* project.run(Bfm.history({ id: index }))
      assert.deepStrictEqual(
        items.map(({ event }) => event),
        ["rolled_back", "applied"]
      )
      assert.deepStrictEqual((yield* project.run(Bfm.down({ id: index }))).skipped, [index])
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [index])
      assert.strictEqual((yield* Scenario.statuses(project))[index], "applied")
    }).pipe(Effect.scoped)
  )

  it.live("is refused while something applied depends on it; cascade takes that along, last first", () =>
    Effect.gen(function* () {
      const project = yield* chain
      const [problem] = yield* Scenario.rejected(project.run(Bfm.down({ id: users })))
      assert.strictEqual(problem?.kind, "dependents_applied")
      assert.include(problem?.reason, orders)
      const result = yield* project.run(Bfm.down({ id: users, cascade: true }))
      assert.deepStrictEqual(result.applied, [index, orders, users])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [])
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [users, orders, index])
    }).pipe(Effect.scoped)
  )

  it.live("sees dependents on another connection", () =>
    Effect.gen(function* () {
      const project = yield* chain
      const other = { REPORTS_BACKEND: "postgresql", REPORTS_DB_URL: project.state.url }
      project.write(
        `/sfm/postgresql/reports/${Scenario.named(4, "view")}.up.sql`,
        "-- bfm-depends-on: core/index\nCREATE TABLE report (id int);"
      )
      project.write(`/sfm/postgresql/reports/${Scenario.named(4, "view")}.down.sql`, "DROP TABLE report;")
      const view = Scenario.id(4, "view", "reports")
      yield* project.run(Bfm.up(), other)
      const [problem] = yield* Scenario.rejected(project.run(Bfm.down({ id: index }), other))
      assert.include(problem?.reason, view)
      const { applied } = yield* project.run(Bfm.down({ id: index, cascade: true }), other)
      assert.deepStrictEqual(applied, [view, index])
    }).pipe(Effect.scoped)
  )

  it.live("that fails leaves it applied, and says so everywhere", () =>
    Effect.gen(function* () {
      const project = yield* chain
      project.write(`${Scenario.named(3, "index")}.down.sql`, "DROP INDEX orders_user;\nDROP INDEX nothing;")
      const error = yield* Effect.flip(project.run(Bfm.down({ id: index })))
      assert.strictEqual(error._tag, "RunFailed")
      assert.strictEqual((yield* Scenario.statuses(project))[index], "applied")
      assert.deepStrictEqual(yield* Scenario.agreed(project), [users, orders, index])
      const { items } = yield* project.run(Bfm.history({ id: index }))
      assert.strictEqual(items[0]?.event, "rollback_failed")
    }).pipe(Effect.scoped)
  )

  it.live("without a down file is refused before anything runs, also in a cascade", () =>
    Effect.gen(function* () {
      const project = yield* chain
      project.remove(`${Scenario.named(2, "orders")}.down.sql`)
      const [problem] = yield* Scenario.rejected(project.run(Bfm.down({ id: users, cascade: true })))
      assert.strictEqual(problem?.kind, "no_down")
      assert.include(problem?.reason, orders)
      assert.deepStrictEqual(yield* Scenario.agreed(project), [users, orders, index])
    }).pipe(Effect.scoped)
  )

  it.live("renders templates as applying does", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "t")}.up.sql`, "-- bfm-schema: dynamic\nCREATE TABLE t (id int);")
      project.write(`${Scenario.named(1, "t")}.down.sql`, 'DROP TABLE "{{ .schema }}".{{.Vars.table}};')
      yield* project.run(Bfm.up({ schemas: ["tenant_a"] }))
      const down = { id: Scenario.named(1, "t"), schemas: ["tenant_a"] }
      const [problem] = yield* Scenario.rejected(project.run(Bfm.down(down)))
      assert.strictEqual(problem?.kind, "template")
      yield* project.run(Bfm.down({ ...down, variables: { table: "t" } }))
      assert.deepStrictEqual(yield* Scenario.agreed(project), [])
    }).pipe(Effect.scoped)
  )
})
