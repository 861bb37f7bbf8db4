import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { PlanRejected } from "../../../src/domain/Errors.ts"
import { brief, down, refused, up, type Written } from "../../fixtures/World.ts"

/** Kind, migration, file and line of each problem, as a program reads them. */
const told = <E extends { readonly _tag: string }, R>(planned: Effect.Effect<unknown, E | PlanRejected, R>) =>
  Effect.map(refused(planned), error => {
    if (error._tag !== "PlanRejected" || !("problems" in error)) throw new Error(error._tag)
    return error.problems.map(({ kind, id = "-", path = "-", line = 0 }) =>
      brief(`${kind} ${id.replace(/_postgresql_core$/, "")} ${path}:${line}`)
    )
  })

const needs = (what: string): string => `\n-- bfm-depends-on: ${what}\nSELECT 1;`
const dynamic = "-- bfm-schema: dynamic\n"

describe("a refusal says what kind it is, of what, and where that is written", () => {
  const upwards: ReadonlyArray<readonly [Written, Parameters<typeof up>[1], string]> = [
    [{ files: { "core/01_a": needs("b") } }, {}, "dependency_unknown - core/01_a.up.sql:2"],
    [
      { files: { "core/01_a": needs("logs/b"), "logs/02_b": "SELECT 1;" }, connections: { core: {} } },
      {},
      "dependency_unknown - core/01_a.up.sql:0"
    ],
    [{ files: { "core/01_a": needs("b"), "core/02_b": needs("a") } }, {}, "dependency_cycle - -:0"],
    [
      { files: { "core/01_a": `${dynamic}SELECT 1;` } },
      { target: { version: "20250101000001" } },
      "schema_required - -:0"
    ],
    [
      {
        files: { "core/01_a": "SELECT 1;", "core/02_b": "SELECT 1;" },
        connections: { core: { applied: ["02_b"] } }
      },
      { out_of_order: "refuse" },
      "out_of_order 01_a -:0"
    ],
    [
      {
        files: { "core/01_a": "SELECT 1;" },
        connections: { core: { applied: [{ of: "01_a", state: "running", direction: "down" }] } }
      },
      {},
      "interrupted 01_a -:0"
    ],
    [
      { files: { "core/01_a": "SELECT 1;\nSELECT {{.Vars.nobody}};" } },
      {},
      "template 01_a core/01_a.up.sql:2"
    ],
    [{ files: { "core/01_a": "SELECT 1;\nCOMMIT;" } }, {}, "script 01_a core/01_a.up.sql:2"],
    [
      { files: { "core/01_a": `${dynamic}SELECT 1;` }, connections: { core: {} } },
      { schemas: ["x".repeat(80)] },
      "schema_name - -:0"
    ]
  ]

  it.effect.each(upwards)("$2", ([written, request, expected]) =>
    Effect.map(told(up(written, request)), problems => assert.deepStrictEqual(problems, [expected]))
  )

  it.effect("of rolling back as well", () =>
    Effect.gen(function* () {
      const files = { "core/01_a": "SELECT 1;", "core/02_b": needs("a"), "core/02_b.down": "SELECT 1;" }
      const core = { applied: ["01_a", "02_b"] }
      assert.deepStrictEqual(
        yield* told(down({ files, connections: { core: { applied: ["01_a"] } } }, { id: "01_a" })),
        ["no_down 01_a core/01_a.up.sql:0"]
      )
      const undone = { ...files, "core/01_a.down": "SELECT 1;" }
      assert.deepStrictEqual(yield* told(down({ files: undone, connections: { core } }, { id: "01_a" })), [
        "dependents_applied 01_a -:0"
      ])
      const begun = { applied: [{ of: "01_a", state: "running", direction: "up" } as const] }
      assert.deepStrictEqual(
        yield* told(down({ files: undone, connections: { core: begun } }, { id: "01_a" })),
        ["interrupted 01_a -:0"]
      )
    })
  )
})
