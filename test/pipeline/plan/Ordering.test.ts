import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ids, reasons, refusal, up, type Written } from "../../fixtures/World.ts"

const needs = (...what: ReadonlyArray<string>): string => `-- bfm-depends-on: ${what.join(", ")}\nSELECT 1;`

const queue = (written: Written, request: Parameters<typeof up>[1] = {}) =>
  Effect.map(up(written, request), ({ steps }) =>
    steps.map(({ name, after }) => `${name} after ${after.map(id => id.split("_")[1]).join("+") || "nobody"}`)
  )

describe("the order of a plan", () => {
  it.effect("is that of the versions, and of the connections where these are the same", () =>
    Effect.gen(function* () {
      const plan = yield* up({
        files: { "b/02_z": "SELECT 1;", "a/02_y": "SELECT 1;", "b/01_x": "SELECT 1;", "a/03_w": "SELECT 1;" },
        connections: { b: {}, a: {} }
      })
      assert.deepStrictEqual(
        plan.steps.map(({ position, connection, name }) => `${position} ${connection} ${name}`),
        ["1 b x", "2 a y", "3 b z", "4 a w"]
      )
    })
  )

  it.effect("finishes a schema before the next, in the order in which they were asked for", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_a": "-- bfm-schema: dynamic\nSELECT 1;",
        "core/02_b": "-- bfm-schema: dynamic\nSELECT 1;"
      }
      assert.deepStrictEqual(ids(yield* up({ files }, { schemas: ["t2", "t1"] })), [
        "t2_01_a",
        "t2_02_b",
        "t1_01_a",
        "t1_02_b"
      ])
    })
  )

  it.effect("puts whatever something depends on before it, however far and on whatever connection", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "core/01_first": needs("logs/third"),
          "core/02_second": "SELECT 1;",
          "logs/03_third": `-- bfm-depends-on: core/02_second\nCREATE TABLE e (ts TIMESTAMP TIME INDEX);`
        },
        connections: { core: {}, logs: { backend: "greptimedb" } }
      }
      assert.deepStrictEqual(yield* queue(written), [
        "second after nobody",
        "third after second",
        "first after third"
      ])
      // What was not asked for comes along.
      assert.deepStrictEqual(yield* queue(written, { target: { version: "20250101000001" } }), [
        "second after nobody",
        "third after second",
        "first after third"
      ])
      assert.deepStrictEqual(
        yield* queue(written, { target: { version: "20250101000001" }, ignore_dependencies: true }),
        ["first after nobody"]
      )
      const connections = { core: { applied: ["02_second"] }, logs: { backend: "greptimedb" as const } }
      assert.deepStrictEqual(yield* queue({ ...written, connections }), [
        "third after nobody",
        "first after third"
      ])
    })
  )

  it.effect("takes along what was begun before and is not done, and nothing that is half taken back", () =>
    Effect.gen(function* () {
      const files = { "core/01_base": "SELECT 1;", "core/02_more": needs("base") }
      const begun = (direction: "up" | "down"): Written => ({
        files,
        connections: { core: { applied: [{ of: "01_base", state: "running", direction }] } }
      })
      const more = { target: { version: "20250101000002" } }
      assert.deepStrictEqual(yield* queue(begun("up"), more), ["base after nobody", "more after base"])
      assert.match(yield* refusal(up(begun("down"), more)), /^rolling back 01_base_postgresql_core/)
    })
  )

  it.effect("does not exist where two wait for each other; all of the circle is named", () =>
    Effect.gen(function* () {
      const message = yield* refusal(
        up({
          files: {
            "core/01_a": needs("c"),
            "core/02_b": needs("a"),
            "core/03_c": needs("b"),
            "core/04_d": needs("a")
          }
        })
      )
      assert.match(
        message,
        /^dependency cycle: 01_a_postgresql_core needs 03_c_postgresql_core needs 02_b_postgresql_core needs 01_a_postgresql_core/
      )
      assert.notMatch(message, /04_d/)
    })
  )

  it.effect("does not exist where somebody unknown is needed: file, line, and who may be meant", () =>
    Effect.gen(function* () {
      const message = yield* refusal(
        up({
          files: {
            "core/01_users": "SELECT 1;",
            "core/02_b": needs("user"),
            "core/03_c": needs("users", "x/y")
          }
        })
      )
      assert.match(message, /core\/02_b\.up\.sql:1 .*no migration "user" on core.*users/)
      assert.match(message, /core\/03_c\.up\.sql:1 .*no migration "y" on x/)
    })
  )

  it.effect("does not exist where what is needed is on a connection that is not configured", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: { "core/01_a": needs("other/b"), "other/02_b": "SELECT 1;" },
        connections: { core: {} }
      }
      assert.match(yield* refusal(up(written)), /core\/01_a\.up\.sql:?\d* .*other/)
      assert.deepStrictEqual(ids(yield* up(written, { ignore_dependencies: true })), ["01_a"])
    })
  )

  it.effect(
    "of tenants: what each needs is looked for in its own schema, and elsewhere where it is at home",
    () =>
      Effect.gen(function* () {
        const files = {
          "core/01_shared": "-- bfm-schema: base\nSELECT 1;",
          "core/02_own": "-- bfm-schema: dynamic\nSELECT 1;",
          "core/03_both": `-- bfm-schema: dynamic\n${needs("shared", "own")}`
        }
        const { steps } = yield* up(
          { files },
          { schemas: ["t1", "t2"], target: { version: "20250101000003" }, strict_schema: false }
        )
        const order = steps.map(({ schema, name }) => `${schema} ${name}`)
        assert.sameMembers(order, ["base shared", "t1 own", "t2 own", "t1 both", "t2 both"])
        for (const schema of ["t1", "t2"]) {
          const both = steps.find(step => step.schema === schema && step.name === "both")
          assert.deepStrictEqual(
            both?.after.map(id => steps.find(step => step.id === id)?.schema),
            ["base", schema]
          )
        }
      })
  )

  it.effect("of tenants does not copy into them what another connection has for all", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "shared/01_plans": "SELECT 1;",
          "core/02_own": `-- bfm-schema: dynamic\n${needs("shared/plans", "logs/events")}`,
          "logs/01_events": "-- bfm-schema: dynamic\nCREATE TABLE e (ts TIMESTAMP TIME INDEX);"
        },
        connections: {
          core: { tenants: { _tag: "List", names: ["t1", "t2"] } },
          shared: { schema: "shared", applied: ["01_plans@shared"] },
          logs: { backend: "greptimedb" }
        }
      }
      const plan = yield* up(written, { target: { connections: ["core"] }, schemas: ["all"] })
      // What is at home nowhere is needed in the tenant's own.
      const all = ["t1_01_events_greptimedb_logs", "t1_02_own", "t2_01_events_greptimedb_logs", "t2_02_own"]
      assert.deepStrictEqual(ids(plan), all)
      // Whoever names a schema wants it everywhere.
      assert.include(
        ids(yield* up(written, { target: { connections: ["core"] }, schemas: ["t1"] })),
        "t1_01_plans_postgresql_shared"
      )
    })
  )

  it.effect("leaves out what waits for a schema, with all that need it; by name that is refused", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "core/01_own": "-- bfm-schema: dynamic\nSELECT 1;",
          "core/02_view": needs("own"),
          "core/03_report": needs("view"),
          "core/04_else": "SELECT 1;"
        }
      }
      const plan = yield* up(written)
      assert.deepStrictEqual(ids(plan), ["04_else"])
      assert.deepStrictEqual(
        reasons(plan.waiting).filter(one => !one.startsWith("01")),
        [
          "02_view: waits for 01_own, which needs a schema",
          "03_report: waits for 01_own, which needs a schema"
        ]
      )
      assert.match(
        yield* refusal(up(written, { target: { version: "20250101000003" } })),
        /migration 01_own has dynamic schema but no schema provided in request/
      )
    })
  )
})

describe("what is older than what is applied", () => {
  const written: Written = {
    files: {
      "core/01_late": "SELECT 1;",
      "core/02_done": "SELECT 1;",
      "core/03_next": "SELECT 1;",
      "logs/01_own": "SELECT 1;"
    },
    connections: { core: { applied: ["02_done"] }, logs: {} }
  }

  it.effect(
    "is applied all the same, or refused where that is wanted; each connection counts for itself",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(ids(yield* up(written)), ["01_late", "01_own_postgresql_logs", "03_next"])
        const message = yield* refusal(up(written, { out_of_order: "refuse" }))
        assert.match(message, /01_late_postgresql_core/)
        assert.match(message, /02/)
        assert.notMatch(message, /01_own|03_next/)
      })
  )
})

describe("what was edited after it was applied", () => {
  const at = (text: string): Written => ({
    files: { "core/01_users": "CREATE TABLE users (id int);", "core/02_next": "SELECT 1;" },
    connections: { core: { applied: [{ of: "01_users", text }] } }
  })

  it.effect("stops everything, with its name; blanks and comments are no edit", () =>
    Effect.gen(function* () {
      const message = yield* refusal(up(at("CREATE TABLE users (id bigint);")))
      assert.match(
        message,
        /^1 applied migration changed after it was applied, nothing was run\n +01_users_postgresql_core/
      )
      assert.deepStrictEqual(ids(yield* up(at("-- who\ncreate  table users\n(id int)"))), ["02_next"])
    })
  )

  it.effect("may be mended as long as it is under way, and says nothing by a checksum of another kind", () =>
    Effect.gen(function* () {
      const entry = { of: "01_users", text: "CREATE TABLE users (id bigint);" }
      const under = { core: { applied: [{ ...entry, state: "running" as const }] } }
      assert.deepStrictEqual(ids(yield* up({ ...at(""), connections: under })), ["01_users", "02_next"])
      const old = { core: { applied: [{ ...entry, checksum: { algorithm: 0, value: "" } }] } }
      assert.match(yield* refusal(up({ ...at(""), connections: old })), /01_users/)
    })
  )
})

describe("a barrier", () => {
  const world = (share: string, applied: number, total = 10): Written => {
    const names = Array.from({ length: total }, (_, n) => `t${n}`)
    return {
      files: {
        "core/01_own": "-- bfm-schema: dynamic\nSELECT 1;",
        "main/02_contract": needs(`tenants:core/own${share}`),
        "main/03_then": needs("contract")
      },
      connections: {
        core: {
          tenants: { _tag: "List", names },
          applied: names.slice(0, applied).map(name => `01_own@${name}`),
          present: names
        },
        main: {}
      }
    }
  }

  it.effect("opens when enough tenants have it, to the last of them where no share is said", () =>
    Effect.gen(function* () {
      const open = (share: string, applied: number, total?: number) =>
        Effect.map(up(world(share, applied, total)), ({ steps }) => steps.length === 2)
      assert.isTrue(yield* open("", 10))
      assert.isFalse(yield* open("", 9))
      assert.isTrue(yield* open(">=90%", 9))
      assert.isFalse(yield* open(">=90%", 8))
      assert.isFalse(yield* open(">=85%", 8))
      assert.isTrue(yield* open(">=80%", 8))
      // Two thirds of three are two, whatever the computer makes of 66.7 %.
      assert.isTrue(yield* open(">=66.6%", 2, 3))
      assert.isFalse(yield* open(">=66.7%", 2, 3))
      assert.isTrue(yield* open("", 0, 0))
    })
  )

  it.effect("says how far they are, and what waits behind it; by name that is refused", () =>
    Effect.gen(function* () {
      const { steps, waiting } = yield* up(world(">=90%", 7))
      assert.deepStrictEqual(steps, [])
      assert.deepStrictEqual(
        reasons(waiting).filter(one => !one.startsWith("01")),
        [
          "02_contract_postgresql_main: waits: tenants:core/own>=90%: applied in 7 of 10 tenants of core (70 %), 2 more are needed",
          "03_then_postgresql_main: waits for 02_contract, which waits for tenants"
        ]
      )
      assert.match(
        yield* refusal(up(world("", 2, 3), { target: { version: "20250101000002" } })),
        /applied in 2 of 3 tenants of core \(66\.6 %\), 1 more are needed/
      )
    })
  )

  it.effect("counts what the same run does before, and lets it be done before", () =>
    Effect.gen(function* () {
      const { "core/01_own": own = "", "main/02_contract": text = "" } = world("", 8).files ?? {}
      const { core } = world("", 8).connections ?? {}
      const written: Written = {
        files: { "core/01_own": own, "core/02_contract": `-- bfm-schema: base\n${text}` },
        connections: { core: core ?? {} }
      }
      const { steps } = yield* up(written, { schemas: ["all"] })
      assert.deepStrictEqual(
        steps.map(({ schema, name }) => `${schema} ${name}`),
        ["t8 own", "t9 own", "base contract"]
      )
      assert.lengthOf(steps[2]?.after ?? [], 2)
      // Not all of them are asked for: it waits.
      const { waiting } = yield* up(written, { schemas: ["t8"] })
      assert.include(reasons(waiting).join(), "applied in 9 of 10 tenants")
    })
  )

  it.effect("where nobody says who the tenants are, counts the schemas that this run begins", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_own": "-- bfm-schema: dynamic\nSELECT 1;",
        "core/02_contract": `-- bfm-schema: base\n${needs("tenants:own")}`
      }
      const connections = { core: { applied: ["01_own@old"], present: ["old", "new", "base"] } }
      const { steps } = yield* up({ files, connections }, { schemas: ["new"] })
      assert.deepStrictEqual(
        steps.map(({ schema, name, after }) => [schema, name, after.length]),
        [
          ["new", "own", 0],
          ["base", "contract", 1]
        ]
      )
    })
  )

  it.effect("inside of the tenants waits for another run: what this one does does not count", () =>
    Effect.gen(function* () {
      const { core } = world("", 8).connections ?? {}
      const files = {
        "core/01_own": "-- bfm-schema: dynamic\nSELECT 1;",
        "core/02_drop": `-- bfm-schema: dynamic\n${needs("tenants:own")}`
      }
      const { steps, waiting } = yield* up({ files, connections: { core: core ?? {} } }, { schemas: ["all"] })
      assert.deepStrictEqual(
        steps.map(({ schema, name }) => `${schema} ${name}`),
        ["t8 own", "t9 own"]
      )
      assert.lengthOf(waiting, 10)
      assert.match(waiting[0]?.reason ?? "", /applied in 8 of 10 tenants/)
    })
  )

  it.effect("knows no migration of that name, or its connection is not configured", () =>
    Effect.gen(function* () {
      const files = { "main/02_contract": needs("tenants:core/nobody"), "core/01_own": "SELECT 1;" }
      assert.match(
        yield* refusal(up({ files, connections: { core: {}, main: {} } })),
        /no migration "nobody" on core/
      )
      const known = { ...files, "main/02_contract": needs("tenants:core/own") }
      assert.match(yield* refusal(up({ files: known, connections: { main: {} } })), /core/)
    })
  )
})
