import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Validation from "../../../src/pipeline/report/Validation.ts"
import { brief, ids, layer, refusal, refused, up, type Written } from "../../fixtures/World.ts"

const json = (...names: ReadonlyArray<string>) =>
  JSON.stringify({ operations: [Object.fromEntries(names.map(name => [name, name]))] })

describe("what counts as an edit", () => {
  const applied = (files: Written["files"], text: string, backend: "postgresql" | "etcd" = "postgresql") =>
    up({ files: files ?? {}, connections: { core: { backend, applied: [{ of: "01_it", text }] } } })

  it.effect("of JSON is not the order of its members, nor how it is laid out", () =>
    Effect.gen(function* () {
      const files = { "core/01_it": json("key", "value") }
      const { steps } = yield* applied(files, json("value", "key").replaceAll(",", " ,\n"), "etcd")
      assert.deepStrictEqual(steps, [])
      assert.match(yield* refusal(applied(files, json("key"), "etcd")), /01_it_etcd_core/)
    })
  )

  it.effect("of SQL is not how it is laid out", () =>
    Effect.gen(function* () {
      const files = { "core/01_it": "SELECT 1;" }
      assert.deepStrictEqual(ids(yield* applied(files, "select  1 -- one")), [])
      assert.match(yield* refusal(applied(files, "SELECT 2;")), /01_it_postgresql_core/)
    })
  )

  it.effect("of a program is everything but the ends of its lines", () =>
    Effect.gen(function* () {
      // The text of a program in these worlds is its name.
      const files = { "core/01_it": { up: Effect.void } }
      assert.deepStrictEqual(ids(yield* applied(files, "\uFEFF01_it")), [])
      assert.match(yield* refusal(applied(files, "01_it ")), /01_it_postgresql_core/)
    })
  )

  it.effect("is told of each schema in which it is applied", () =>
    Effect.gen(function* () {
      const text = "SELECT 2;"
      const error = yield* refused(
        up({
          files: { "core/01_it": "SELECT 1;", "core/02_it": "SELECT 1;" },
          connections: { core: { applied: [{ of: "01_it@t1", text }, { of: "01_it@t2", text }, "02_it@t1"] } }
        })
      )
      assert.deepStrictEqual(error._tag === "MigrationChanged" ? error.ids.map(brief) : error._tag, [
        "t1_01_it_postgresql_core",
        "t2_01_it_postgresql_core"
      ])
    })
  )
})

describe("what is applied, held against the sources", () => {
  const report = (written: Written) =>
    Effect.provide(Validation.report({ ids: [], connections: [] }), layer(written))

  it.effect("is the same, or only looks different, or its source is missing: nothing of that is wrong", () =>
    Effect.gen(function* () {
      const { items, valid } = yield* report({
        files: { "core/01_it": "SELECT 1;", "core/02_tidied": "SELECT 1;" },
        connections: {
          core: {
            applied: ["01_it", { of: "02_tidied", text: "select 1" }, "03_gone"],
            appliedText: () => Effect.succeed("select 1")
          }
        }
      })
      assert.deepStrictEqual(
        items.map(({ name, verdict, applied_text, source_text }) => [
          name,
          verdict,
          applied_text,
          source_text
        ]),
        [
          ["it", "same", undefined, undefined],
          ["tidied", "cosmetic", "select 1", "SELECT 1;"],
          ["gone", "missing", undefined, undefined]
        ]
      )
      assert.isTrue(valid)
    })
  )

  it.effect("or was edited, which is", () =>
    Effect.gen(function* () {
      const { items, valid } = yield* report({
        files: { "core/01_it": "SELECT 1;" },
        connections: {
          core: {
            applied: [{ of: "01_it", text: "SELECT 2;" }],
            appliedText: () => Effect.succeed(undefined)
          }
        }
      })
      assert.deepStrictEqual([items.map(({ verdict }) => verdict), valid], [["changed"], false])
    })
  )
})
