import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { PlanRejected } from "../../../src/domain/Errors.ts"
import { brief, down, reasons, refusal, refused, up, type Written } from "../../fixtures/World.ts"

const dynamic = "-- bfm-schema: dynamic\n"

/** What is wrong, and where that is written. */
const places = <E extends { readonly _tag: string }, R>(
  planned: Effect.Effect<unknown, E | PlanRejected, R>
) =>
  Effect.map(refused(planned), error => {
    if (error._tag !== "PlanRejected" || !("problems" in error)) throw new Error(error._tag)
    return error.problems.map(({ kind, id, path, line }) => ({ kind, id, path, line }))
  })

describe("whoever is refused is told what helps", () => {
  it.effect("where a schema has to be said", () =>
    Effect.gen(function* () {
      const written: Written = { files: { "core/01_a": `${dynamic}SELECT 1;` } }
      assert.deepStrictEqual(reasons((yield* up(written)).waiting), [
        "01_a: needs a schema: bfm migrate up --connection core --schema NAME"
      ])
      assert.strictEqual(
        yield* refusal(up(written, { target: { version: "20250101000001" } })),
        "migration 01_a has dynamic schema but no schema provided in request"
      )
    })
  )

  it.effect("where what is needed is not configured, or is nearly what there is", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_a": "-- bfm-depends-on: logs/entries\nSELECT 1;",
        "logs/02_entries": "SELECT 1;"
      }
      assert.strictEqual(
        yield* refusal(up({ files, connections: { core: {} } })),
        "core/01_a.up.sql  depends on logs/02_entries, but connection logs is not configured"
      )
      const nearly = { ...files, "core/01_a": "-- bfm-depends-on: logs/entris\nSELECT 1;" }
      assert.strictEqual(
        yield* refusal(up({ files: nearly, connections: { core: {}, logs: {} } })),
        'core/01_a.up.sql:1  bfm-depends-on: no migration "entris" on logs; did you mean entries?'
      )
    })
  )

  it.effect("where something waits for itself, in the schemas in which it does", () =>
    Effect.gen(function* () {
      const needs = (what: string) => `${dynamic}-- bfm-depends-on: ${what}\nSELECT 1;`
      assert.strictEqual(
        yield* refusal(
          up({ files: { "core/01_a": needs("b"), "core/02_b": needs("a") } }, { schemas: ["t1"] })
        ),
        "dependency cycle: t1_01_a_postgresql_core needs t1_02_b_postgresql_core needs t1_01_a_postgresql_core"
      )
    })
  )

  it.effect("where it was left half done, or is late, or others need it", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_a": "SELECT 1;",
        "core/01_a.down": "SELECT 1;",
        "core/02_b": "-- bfm-depends-on: a\nSELECT 1;",
        "core/03_c": "-- bfm-depends-on: a\nSELECT 1;"
      }
      const at = (...applied: NonNullable<NonNullable<Written["connections"]>[string]["applied"]>) => ({
        files,
        connections: { core: { applied } }
      })
      const half = at({ of: "01_a", state: "running", direction: "up" })
      assert.strictEqual(
        yield* refusal(down(half, { id: "01_a" })),
        "01_a_postgresql_core was interrupted while it was applied; finish it (bfm migrate up) or say what is true (bfm resolve 01_a_postgresql_core --applied|--pending)"
      )
      assert.strictEqual(
        yield* refusal(up(at("02_b", "03_c"), { out_of_order: "refuse" })),
        "01_a_postgresql_core is older than 03, which is applied already (--out-of-order=refuse)"
      )
      assert.match(
        yield* refusal(down(at("01_a", "02_b", "03_c"), { id: "01_a" })),
        /depend on it: 02_b_postgresql_core, 03_c_postgresql_core \(--cascade/
      )
    })
  )
})

describe("a mistake is found where it is written", () => {
  it.effect("also that of a barrier", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "core/01_own": `${dynamic}SELECT 1;`,
          "main/02_contract": "-- of the shop\n-- bfm-depends-on: tenants:core/own\nSELECT 1;"
        },
        connections: { core: { tenants: { _tag: "List", names: ["t1"] }, present: ["t1"] }, main: {} }
      }
      assert.deepStrictEqual(yield* places(up(written, { target: { version: "20250101000002" } })), [
        { kind: "barrier", id: undefined, path: "main/02_contract.up.sql", line: 2 }
      ])
    })
  )

  it.effect("every one of a plan, each with the words for its own", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: {
          "core/01_a": "SELECT {{.Vars.x}},\n{{.Vars.y}};",
          "core/02_b": { up: Effect.fail(new Error("no luck")) },
          "core/03_c": "SELECT 1;\nCOMMIT;\nSELECT 1;\nROLLBACK;"
        }
      }
      const problems = yield* places(up(written))
      assert.deepStrictEqual(
        problems.map(({ kind, id = "", path = "", line }) => `${kind} ${brief(id)} ${path} ${line}`),
        [
          "template 01_a_postgresql_core core/01_a.up.sql 1",
          "template 01_a_postgresql_core core/01_a.up.sql 2",
          "program 02_b_postgresql_core core/02_b.ts undefined",
          "script 03_c_postgresql_core core/03_c.up.sql 2",
          "script 03_c_postgresql_core core/03_c.up.sql 4"
        ]
      )
    })
  )

  it.effect("of all that cannot be rolled back at once", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: { "core/01_a": "SELECT 1;", "core/02_b": "-- bfm-depends-on: a\nSELECT 1;" },
        connections: { core: { applied: ["01_a", "02_b"] } }
      }
      const problems = yield* places(down(written, { id: "01_a", cascade: true }))
      assert.deepStrictEqual(
        problems.map(({ kind, path }) => `${kind} ${path}`),
        ["no_down core/02_b.up.sql", "no_down core/01_a.up.sql"]
      )
    })
  )
})
