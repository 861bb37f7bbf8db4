import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { down, ids, reasons, refusal, up, type Written } from "../../fixtures/World.ts"

const base: Written = {
  files: {
    "core/01_users": "CREATE TABLE users (id int);",
    "core/01_users.down": "DROP TABLE users;",
    "core/02_orders": "-- bfm-depends-on: users\nCREATE TABLE orders (id int);",
    "core/02_orders.down": "DROP TABLE orders;",
    "core/03_report": "-- bfm-depends-on: orders\nCREATE VIEW report AS SELECT 1;",
    "core/03_report.down": "DROP VIEW report;"
  },
  connections: { core: { applied: ["01_users", "02_orders", "03_report"] } }
}

const applied = (...list: NonNullable<NonNullable<Written["connections"]>[string]["applied"]>): Written => ({
  ...base,
  connections: { core: { applied: list } }
})

describe("rolling back", () => {
  it.effect("is the down script of the one that is named, with the steps that it really takes", () =>
    Effect.gen(function* () {
      const plan = yield* down(base, { id: "03_report" })
      assert.deepStrictEqual([plan.direction, ids(plan)], ["down", ["03_report"]])
      const [step] = plan.steps
      assert.deepStrictEqual(
        [step?.direction, step?.path, step?.units[0]?.statements.map(({ text }) => text)],
        ["down", "core/03_report.down.sql", ["DROP VIEW report"]]
      )
      // What it is recognized by is the change itself, not what takes it back.
      const [again] = (yield* up(applied("01_users", "02_orders"))).steps
      assert.deepStrictEqual(step?.checksum, again?.checksum)
      assert.deepStrictEqual([step?.requires, step?.creates_schema], [[], false])
    })
  )

  it.effect("that was interrupted is finished or declared before anything is applied there", () =>
    Effect.gen(function* () {
      const begun = applied({ of: "01_users", state: "running", direction: "down" })
      assert.strictEqual(
        yield* refusal(up(begun)),
        "rolling back 01_users_postgresql_core was interrupted; finish it (bfm migrate down 01_users_postgresql_core) or say what is true (bfm resolve 01_users_postgresql_core --applied|--pending)"
      )
      assert.deepStrictEqual(ids(yield* down(begun, { id: "01_users" })), ["01_users"])
    })
  )

  it.effect("is refused while something applied needs it, and says the way out", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal(down(base, { id: "01_users" })),
        "01_users_postgresql_core cannot be rolled back while these depend on it: 02_orders_postgresql_core (--cascade rolls them back first)"
      )
      assert.deepStrictEqual(ids(yield* down(applied("01_users"), { id: "01_users" })), ["01_users"])
    })
  )

  it.effect("takes along all that needs it, the last first, with cascade; or looks away when told to", () =>
    Effect.gen(function* () {
      const plan = yield* down(base, { id: "01_users", cascade: true })
      assert.deepStrictEqual(ids(plan), ["03_report", "02_orders", "01_users"])
      assert.deepStrictEqual(
        plan.steps.map(({ after }) => after.length),
        [0, 1, 1]
      )
      const alone = yield* down(base, { id: "01_users", ignore_dependencies: true })
      assert.deepStrictEqual(ids(alone), ["01_users"])
    })
  )

  it.effect("goes across connections", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "core/01_users": "SELECT 1;",
          "core/01_users.down": "SELECT 1;",
          "other/02_copy": "-- bfm-depends-on: core/users\nSELECT 1;",
          "other/02_copy.down": "SELECT 1;"
        },
        connections: { core: { applied: ["01_users"] }, other: { applied: ["02_copy"] } }
      }
      assert.match(yield* refusal(down(written, { id: "01_users" })), /02_copy_postgresql_other/)
      assert.deepStrictEqual(ids(yield* down(written, { id: "01_users", cascade: true })), [
        "02_copy_postgresql_other",
        "01_users"
      ])
    })
  )

  it.effect("sees what needs it from another schema, as applying did", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_users": "SELECT 1;",
        "core/01_users.down": "SELECT 1;",
        "core/02_bills": "-- bfm-schema: billing\n-- bfm-depends-on: users\nSELECT 1;",
        "core/02_bills.down": "SELECT 1;",
        "other/03_copy": "-- bfm-depends-on: core/users\nSELECT 1;",
        "other/03_copy.down": "SELECT 1;"
      }
      const written: Written = {
        files,
        connections: {
          core: { schema: "app", applied: ["01_users@app", "02_bills@billing"] },
          other: { schema: "copies", applied: ["03_copy@copies"] }
        }
      }
      const message = yield* refusal(down(written, { id: "01_users" }))
      assert.include(message, "02_bills_postgresql_core, 03_copy_postgresql_other")
      assert.deepStrictEqual(ids(yield* down(written, { id: "01_users", cascade: true })), [
        "03_copy_postgresql_other",
        "02_bills",
        "01_users"
      ])
      // A tenant that has its own is not in the way of the one at home, but of its own.
      const tenants: Written = {
        files: {
          "core/01_users": "SELECT 1;",
          "core/01_users.down": "SELECT 1;",
          "core/02_own": "-- bfm-schema: dynamic\n-- bfm-depends-on: users\nSELECT 1;"
        },
        connections: { core: { schema: "app", applied: ["01_users@app", "01_users@t1", "02_own@t1"] } }
      }
      assert.deepStrictEqual(ids(yield* down(tenants, { id: "01_users" })), ["01_users"])
      assert.match(yield* refusal(down(tenants, { id: "01_users", schemas: ["t1"] })), /t1_02_own/)
      // Where it is nowhere at home, everybody may need it.
      const shared: Written = {
        files: {
          "core/01_a": "-- bfm-schema: dynamic\nSELECT 1;",
          "core/01_a.down": "SELECT 1;",
          "core/02_b": "-- bfm-schema: all_of_them\n-- bfm-depends-on: a\nSELECT 1;"
        },
        connections: { core: { applied: ["01_a@t1", "01_a@t2", "02_b@all_of_them"] } }
      }
      assert.match(yield* refusal(down(shared, { id: "01_a", schemas: ["t2"] })), /02_b/)
    })
  )

  it.effect("is the reverse of applying where nothing is said of the order", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_a": "SELECT 1;",
        "core/01_a.down": "SELECT 1;",
        "core/02_b": "-- bfm-depends-on: a\nSELECT 1;",
        "core/02_b.down": "SELECT 1;",
        "core/03_c": "-- bfm-depends-on: a\nSELECT 1;",
        "core/03_c.down": "SELECT 1;"
      }
      const written: Written = { files, connections: { core: { applied: ["01_a", "02_b", "03_c"] } } }
      assert.deepStrictEqual(ids(yield* down(written, { id: "01_a", cascade: true })), [
        "03_c",
        "02_b",
        "01_a"
      ])
    })
  )

  it.effect("does not take along what was interrupted while it was applied", () =>
    Effect.gen(function* () {
      const half = { of: "02_orders", state: "running", direction: "up", unitsDone: 1 } as const
      assert.match(
        yield* refusal(down(applied("01_users", half), { id: "01_users", cascade: true })),
        /02_orders_postgresql_core was interrupted while it was applied; finish it \(bfm migrate up\)/
      )
    })
  )

  it.effect("of what is not applied is nothing to do", () =>
    Effect.gen(function* () {
      const plan = yield* down(applied("01_users"), { id: "02_orders" })
      assert.deepStrictEqual([ids(plan), reasons(plan.skipped)], [[], ["02_orders: not applied"]])
    })
  )

  it.effect("needs something that takes it back", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: { "core/01_users": "SELECT 1;" },
        connections: { core: { applied: ["01_users"] } }
      }
      assert.match(
        yield* refusal(down(written, { id: "01_users" })),
        /01_users_postgresql_core has no down script, it cannot be rolled back/
      )
    })
  )

  it.effect("goes on where it was interrupted, and not over what was interrupted the other way", () =>
    Effect.gen(function* () {
      const running = { of: "03_report", state: "running", unitsDone: 1, unitBegun: true } as const
      const left = applied("01_users", "02_orders", { ...running, direction: "down" })
      const [step] = (yield* down(left, { id: "03_report" })).steps
      assert.deepStrictEqual([step?.resume_at, step?.in_doubt], [1, true])
      const half = applied("01_users", "02_orders", { ...running, direction: "up" })
      assert.match(
        yield* refusal(down(half, { id: "03_report" })),
        /03_report_postgresql_core was interrupted while it was applied; finish it \(bfm migrate up\)/
      )
    })
  )

  it.effect("of tenants happens where it is applied; in several only when they are named", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_own": "-- bfm-schema: dynamic\nSELECT 1;",
        "core/01_own.down": "SELECT 1;",
        "core/02_more": "-- bfm-schema: dynamic\n-- bfm-depends-on: own\nSELECT 1;",
        "core/02_more.down": "SELECT 1;"
      }
      const at = (...entries: ReadonlyArray<string>): Written => ({
        files,
        connections: { core: { applied: entries, present: ["t1", "t2", "t3"] } }
      })
      assert.deepStrictEqual(ids(yield* down(at("01_own@t1"), { id: "01_own" })), ["t1_01_own"])
      const many = at("01_own@t1", "01_own@t2", "02_more@t2")
      assert.strictEqual(
        yield* refusal(down(many, { id: "01_own" })),
        "01_own_postgresql_core is applied in 2 schemas (t1, t2): name them with --schema"
      )
      assert.deepStrictEqual(ids(yield* down(many, { id: "01_own", schemas: ["t1"] })), ["t1_01_own"])
      // Only what needs it in the very same schema is in the way.
      assert.match(
        yield* refusal(down(many, { id: "01_own", schemas: ["t2"] })),
        /t2_01_own_postgresql_core cannot be rolled back while these depend on it: t2_02_more/
      )
      assert.deepStrictEqual(ids(yield* down(many, { id: "01_own", schemas: ["t2", "t1"], cascade: true })), [
        "t2_02_more",
        "t2_01_own",
        "t1_01_own"
      ])
      const six = at(...["a", "b", "c", "d", "e", "f"].map(name => `01_own@${name}`))
      assert.match(yield* refusal(down(six, { id: "01_own" })), /in 6 schemas \(a, b, c, d, e, …\)/)
      assert.deepStrictEqual(reasons((yield* down(at(), { id: "01_own" })).skipped), ["01_own: not applied"])
    })
  )

  it.effect("at home is meant where it is applied at home, also when it is applied elsewhere", () =>
    Effect.gen(function* () {
      const written = (...entries: ReadonlyArray<string>): Written => ({
        files: { "core/01_a": "SELECT 1;", "core/01_a.down": "SELECT 1;" },
        connections: { core: { schema: "app", applied: entries } }
      })
      const where = (world: Written) =>
        Effect.map(down(world, { id: "01_a" }), ({ steps }) => steps.map(({ schema }) => schema))
      assert.deepStrictEqual(yield* where(written("01_a@app", "01_a@t1")), ["app"])
      assert.deepStrictEqual(yield* where(written("01_a@t1")), ["t1"])
      assert.match(yield* refusal(down(written("01_a@t1", "01_a@t2"), { id: "01_a" })), /2 schemas/)
    })
  )

  it.effect("on etcd takes what was captured when it was applied, unless there is a script", () =>
    Effect.gen(function* () {
      const change = (value: string) => JSON.stringify({ operations: [{ key: "flag", value }] })
      const written = (scripted: boolean): Written => ({
        files: {
          "meta/01_flag": change("on"),
          ...(scripted ? { "meta/01_flag.down": change("off") } : {})
        },
        connections: {
          meta: { backend: "etcd", applied: ["01_flag"], kept: { "01_flag": change("before") } }
        }
      })
      const sent = (world: Written, generated?: boolean) =>
        Effect.map(
          down(world, { id: "01_flag", ...(generated === undefined ? {} : { generated }) }),
          ({ steps: [step] }) =>
            step?.units.flatMap(({ statements }) => statements.map(({ text }) => text)).join()
        )
      assert.include(yield* sent(written(true)), "off")
      assert.include(yield* sent(written(true), true), "before")
      assert.include(yield* sent(written(false), true), "before")
    })
  )

  it.effect("does not wait for barriers: they are about the moment of applying", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "core/01_own": "-- bfm-schema: dynamic\nSELECT 1;",
          "core/01_own.down": "SELECT 1;",
          "main/02_contract": "-- bfm-depends-on: tenants:core/own\nSELECT 1;"
        },
        connections: {
          core: { tenants: { _tag: "List", names: ["t1"] }, applied: ["01_own@t1"], present: ["t1"] },
          main: { applied: ["02_contract"] }
        }
      }
      assert.deepStrictEqual(ids(yield* down(written, { id: "01_own" })), ["t1_01_own"])
    })
  )
})
