import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { UpRequestInput } from "../../../src/domain/Request.ts"
import { down, ids, reasons, refusal, up, type Written } from "../../fixtures/World.ts"

const table = (name: string): string => `CREATE TABLE ${name} (id int);`

const shop: Written = {
  files: {
    "core/01_users": `-- bfm-tags: env=prod, Feature=billing\n${table("users")}`,
    "core/02_orders": `-- bfm-schema: sales\n-- bfm-tags: env=prod\n${table("orders")}`,
    "logs/03_events": "CREATE TABLE events (ts TIMESTAMP TIME INDEX);",
    "core/04_grants": "SELECT 1;"
  },
  connections: { core: { schema: "app" }, logs: { backend: "greptimedb" } }
}

const chosen = (written: Written, request: UpRequestInput) => Effect.map(up(written, request), ids)

const target = (part: NonNullable<UpRequestInput["target"]>): UpRequestInput => ({ target: part })

describe("what a request selects", () => {
  it.effect("is everything that is configured and not applied, when nothing is said", () =>
    Effect.gen(function* () {
      const partly = { ...shop, connections: { core: { applied: ["01_users"] } } }
      const plan = yield* up(partly)
      assert.deepStrictEqual(ids(plan), ["02_orders", "04_grants"])
      assert.deepStrictEqual(reasons(plan.skipped), ["01_users: already applied"])
      assert.deepStrictEqual(plan.waiting, [])
      assert.deepStrictEqual(
        [plan.skipped[0]?.table, plan.skipped[0]?.version, plan.skipped[0]?.name, plan.direction],
        ["users", "20250101000001", "users", "up"]
      )
    })
  )

  it.effect("is what all given parts say", () =>
    Effect.gen(function* () {
      const all = ["01_users", "02_orders", "03_events_greptimedb_logs", "04_grants"] as const
      const [users, orders, events, grants] = all
      assert.deepStrictEqual(yield* chosen(shop, {}), all)
      assert.deepStrictEqual(yield* chosen(shop, target({ backend: " Postgres " })), [users, orders, grants])
      assert.deepStrictEqual(yield* chosen(shop, target({ connections: ["logs"] })), [events])
      assert.deepStrictEqual(yield* chosen(shop, target({ version: "20250101000002" })), [orders])
      assert.deepStrictEqual(yield* chosen(shop, { to: "20250101000002" }), [users, orders])
      assert.deepStrictEqual(yield* chosen(shop, target({ tables: ["orders", "events"] })), [orders, events])
      assert.deepStrictEqual(yield* chosen(shop, target({ tags: ["env=prod"] })), [users, orders])
      const tags = ["env=prod", "FEATURE=billing"]
      assert.deepStrictEqual(yield* chosen(shop, target({ tags })), [users])
      assert.deepStrictEqual(yield* chosen(shop, target({ tags: ["env=PROD"] })), [])
      assert.deepStrictEqual(yield* chosen(shop, target({ tags: ["env=prod"], tables: ["orders"] })), [
        orders
      ])
    })
  )

  it.effect("of a schema is what is declared for it, or runs there when nothing is declared", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* chosen(shop, target({ schema: "sales" })), ["02_orders"])
      assert.deepStrictEqual(yield* chosen(shop, target({ schema: "app" })), ["01_users", "04_grants"])
      assert.deepStrictEqual(yield* chosen(shop, target({ schema: "other" })), [])
      const tenants: Written = {
        files: { "core/01_base": "-- bfm-schema: base\n", "core/02_notes": "-- bfm-schema: dynamic\n" }
      }
      const request = { ...target({ schema: "t1" }), schemas: ["t1"] }
      assert.deepStrictEqual(yield* chosen(tenants, request), ["t1_02_notes"])
      assert.deepStrictEqual(yield* chosen(tenants, target({ schema: "" })), [])
    })
  )

  it.effect("by id means exactly that one, in any spelling", () =>
    Effect.gen(function* () {
      for (const id of [
        "20250101000002_orders_postgresql_core",
        "20250101000002_orders",
        "core_20250101000002_orders",
        "sales_20250101000002_orders_postgresql_core",
        "sales_core_20250101000002_orders",
        "sales_orders_20250101000002_orders"
      ])
        assert.deepStrictEqual(yield* chosen(shop, target({ ids: [id] })), ["02_orders"])
      const unknown = target({ ids: ["20250101000002_order"] })
      assert.strictEqual(
        yield* refusal(up(shop, unknown)),
        "migration not found: 02_order; did you mean 02_orders_postgresql_core?"
      )
    })
  )

  it.effect("that cannot be understood is refused with everything that is wrong", () =>
    Effect.gen(function* () {
      const request = {
        target: { backend: "oracle", version: "2025", tags: ["env", " ", "a=b"] },
        to: "202501010000001",
        schemas: ["", "a"]
      }
      assert.deepStrictEqual((yield* refusal(up(shop, request))).split("\n"), [
        "target.backend: oracle is not one of postgresql, greptimedb, etcd",
        "target.version: 2025 is not a version (14 digits, YYYYMMDDHHMMSS)",
        "to: 001 is not a version (14 digits, YYYYMMDDHHMMSS)",
        "tags[0]: tag must be key=value",
        "tags[1]: empty tag",
        "schemas: a schema's name must not be empty"
      ])
      assert.strictEqual(
        yield* refusal(up(shop, { schemas: ["="] })),
        "schemas: a schema's name must not be empty"
      )
      assert.include(yield* refusal(up(shop, target({ version: "x20250101000001" }))), "is not a version")
    })
  )

  it.effect("from a connection that is not configured is an error that says what to set", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal(up(shop, target({ connections: ["core", "b-2"] }))),
        "connection b-2 is not configured: set B_2_BACKEND and B_2_DB_HOST, B_2_DB_URL or B_2_ENDPOINTS (configured: core, logs)"
      )
    })
  )

  it.effect("is nothing while a source has problems", () =>
    Effect.gen(function* () {
      const broken = { files: { "core/01_users": "-- bfm-transaction: maybe\n" } }
      assert.match(
        yield* refusal(up(broken)),
        /^1 problem in sfm, nothing was run\n {2}core\/01_users.up.sql:1 /
      )
    })
  )
})

describe("the schema in which a migration runs", () => {
  const three: Written = {
    files: {
      "core/01_base": "-- bfm-schema: base\n",
      "core/02_plain": "",
      "core/03_notes": "-- bfm-schema: dynamic\n"
    },
    connections: { core: { schema: "app" } }
  }
  const schemas = (written: Written, request: UpRequestInput) =>
    Effect.map(up(written, request), ({ steps }) => steps.map(({ name, schema }) => `${name}@${schema}`))

  it.effect("is the declared one, the connection's, or none yet: then it waits loudly", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* schemas(three, {}), ["base@base", "plain@app"])
      assert.deepStrictEqual(reasons((yield* up(three)).waiting), [
        "03_notes: needs a schema: bfm migrate up --connection core --schema NAME"
      ])
      const dynamic: Written = { ...three, connections: { core: { schema: "app", schemaMode: "dynamic" } } }
      assert.deepStrictEqual(yield* schemas(dynamic, {}), ["base@base"])
      assert.lengthOf((yield* up(dynamic)).waiting, 2)
      assert.deepStrictEqual(yield* schemas({ ...three, connections: { core: {} } }, {}), [
        "base@base",
        "plain@"
      ])
    })
  )

  it.effect("is the requested one, but a broad run does not copy fixed tables into tenants", () =>
    Effect.gen(function* () {
      const tenants = { schemas: ["t2", "t1"] }
      const twice = ["plain@t2", "notes@t2", "plain@t1", "notes@t1"]
      // What is fixed has no rank in the request.
      assert.deepStrictEqual(yield* schemas(three, tenants), ["base@base", ...twice])
      const strict = { ...tenants, strict_schema: true }
      const all = ["base@t2", "plain@t2", "notes@t2", "base@t1", "plain@t1", "notes@t1"]
      assert.deepStrictEqual(yield* schemas(three, strict), all)
      const named = { schemas: ["t1"], target: { version: "20250101000001" } }
      assert.deepStrictEqual(yield* schemas(three, named), ["base@t1"])
    })
  )

  it.effect("must be said for a dynamic migration that is meant by name", () =>
    Effect.gen(function* () {
      const wanted = "migration 03_notes has dynamic schema but no schema provided in request"
      const id = "20250101000003_notes"
      const requests: ReadonlyArray<UpRequestInput> = [
        { target: { version: "20250101000003" } },
        { target: { ids: [id] } },
        { strict_schema: true }
      ]
      for (const request of requests) assert.strictEqual(yield* refusal(up(three, request)), wanted)
      const tagged = {
        files: { "core/03_notes": "-- bfm-schema: dynamic\n-- bfm-tags: a=b\nCREATE TABLE n (i int)" }
      }
      assert.strictEqual(yield* refusal(up(tagged, target({ tags: ["a=b"] }))), wanted)
      assert.strictEqual(yield* refusal(up(tagged, target({ tables: ["n"] }))), wanted)
      assert.lengthOf((yield* up(tagged)).waiting, 1)
    })
  )

  it.effect("is shown in front of the id only where it is not home", () =>
    Effect.gen(function* () {
      const tables: Written = {
        files: { "core/02_plain": "CREATE TABLE p (i int);" },
        connections: { core: { schema: "app", applied: ["02_plain@app", "02_plain@t1"] } }
      }
      const plan = yield* up(tables, { schemas: ["app", "t1", "t2"] })
      assert.deepStrictEqual(ids(plan), ["t2_02_plain"])
      assert.deepStrictEqual(reasons(plan.skipped), [
        "02_plain: already applied",
        "t1_02_plain: already applied"
      ])
      // Clients find the table of each under `table`, whoever finds it out.
      assert.deepStrictEqual(
        JSON.parse(JSON.stringify(plan.skipped)).map(({ table }: { table: string }) => table),
        ["p", "p"]
      )
      const untouched = yield* up({ files: { "core/01_note": "SELECT 1" } }, { schemas: ["a", "b"] })
      assert.deepStrictEqual(
        untouched.steps.map(step => "table" in step && step.table),
        [undefined, false]
      )
    })
  )

  it.effect("may be a pattern or all tenants, and where none of them is meant it waits", () =>
    Effect.gen(function* () {
      const many: Written = {
        files: { "core/01_notes": "-- bfm-schema: dynamic\n", "logs/02_lines": "-- bfm-schema: dynamic\n" },
        connections: {
          core: { tenants: { _tag: "List", names: ["acme", "blue"] } },
          logs: { present: ["public", "acme_logs"] }
        }
      }
      assert.deepStrictEqual(yield* schemas(many, { schemas: ["all"] }), ["notes@acme", "notes@blue"])
      assert.deepStrictEqual(reasons((yield* up(many, { schemas: ["all"] })).waiting), [
        "02_lines_postgresql_logs: none of the schemas that were asked for is one of logs"
      ])
      const pattern = { schemas: ["acme*"] }
      assert.deepStrictEqual(yield* schemas(many, pattern), ["notes@acme", "lines@acme_logs"])
      const asked: Written = {
        files: { "core/01_notes": "-- bfm-schema: dynamic\n" },
        connections: { core: { tenants: { _tag: "Query", text: "SELECT" }, found: ["a", "b", "a"] } }
      }
      assert.deepStrictEqual(yield* schemas(asked, { schemas: ["all"] }), ["notes@a", "notes@b"])
      const nameless = {
        ...asked,
        connections: { core: { ...asked.connections?.["core"], found: ["a", ""] } }
      }
      assert.strictEqual(
        yield* refusal(up(nameless, { schemas: ["all"] })),
        "connection core: could not read the tenants: one of the rows has no name"
      )
      // Who names schemas does not wait for the question.
      assert.deepStrictEqual(yield* schemas(nameless, { schemas: ["x"] }), ["notes@x"])
    })
  )

  it.effect("does not mean the store's own schemas", () =>
    Effect.gen(function* () {
      const files = { "core/01_notes": "-- bfm-schema: dynamic\n" }
      const present = [
        "PG_temp_1",
        "Information_Schema",
        "greptime_private",
        "pg_catalog",
        "mine",
        "a",
        "records"
      ]
      const at = (part: object): Written => ({ files, connections: { core: { present, ...part } } })
      assert.deepStrictEqual(yield* schemas(at({ ledgerSchema: "records" }), { schemas: ["*"] }), [
        "notes@a",
        "notes@greptime_private",
        "notes@mine"
      ])
      assert.deepStrictEqual(yield* schemas(at({ backend: "greptimedb" }), { schemas: ["*"] }), [
        "notes@PG_temp_1",
        "notes@a",
        "notes@mine",
        "notes@records"
      ])
    })
  )
})

describe("a spelling", () => {
  it.effect("that means two migrations is an error that lists both, and the canonical id never is", () =>
    Effect.gen(function* () {
      const twins: Written = {
        files: {
          "core/01_users": "",
          "core/01_users.down": "",
          "logs/01_users": "",
          "logs/01_users.down": ""
        },
        connections: { core: { applied: ["01_users"] }, logs: { applied: ["01_users"] } }
      }
      assert.deepStrictEqual((yield* refusal(down(twins, { id: "01_users" }))).split("\n"), [
        "01_users can mean several migrations; use one of",
        "  01_users_postgresql_core",
        "  01_users_postgresql_logs"
      ])
      assert.deepStrictEqual(ids(yield* down(twins, { id: "01_users_postgresql_core" })), ["01_users"])
      assert.deepStrictEqual(ids(yield* down(twins, { id: "core_01_users" })), ["01_users"])
    })
  )

  it.effect("with a schema means the schema that is known, applied or asked for", () =>
    Effect.gen(function* () {
      const notes: Written = {
        files: {
          "core/01_notes": "-- bfm-schema: dynamic\nCREATE TABLE notes (i int)",
          "core/01_notes.down": ""
        },
        connections: { core: { applied: ["01_notes@t1", "01_notes@t2"] } }
      }
      assert.deepStrictEqual(ids(yield* down(notes, { id: "t1_01_notes_postgresql_core" })), ["t1_01_notes"])
      const table = { id: "t2_notes_20250101000001_notes" }
      assert.deepStrictEqual(ids(yield* down(notes, table)), ["t2_01_notes"])
      assert.include(
        yield* refusal(down(notes, { id: "t3_core_20250101000001_notes" })),
        "migration not found"
      )
      const asked = yield* down(notes, { id: "t3_core_20250101000001_notes", schemas: ["t3"] })
      assert.deepStrictEqual(reasons(asked.skipped), ["t3_01_notes: not applied"])
    })
  )

  it.effect("that nobody knows is answered with what was probably meant, three at most", () =>
    Effect.gen(function* () {
      const files = Object.fromEntries(["01_a_b", "02_a_c", "03_a_d", "04_a_e"].map(id => [`core/${id}`, ""]))
      const similar = (id: string) =>
        Effect.map(
          refusal(down({ files }, { id })),
          text => text.replaceAll("_postgresql_core", "").split("; ")[1]
        )
      assert.strictEqual(yield* similar("a_b"), "did you mean 01_a_b?")
      assert.strictEqual(yield* similar("the_a_d_one"), "did you mean 03_a_d?")
      assert.strictEqual(yield* similar("20250101000002"), "did you mean 02_a_c?")
      assert.strictEqual(yield* similar("x20250101000004"), "did you mean 04_a_e?")
      assert.strictEqual(yield* similar("202501010000"), "did you mean 01_a_b or 02_a_c or 03_a_d?")
      assert.isUndefined(yield* similar("a_"))
      assert.isUndefined(yield* similar("zzz"))
    })
  )
})
