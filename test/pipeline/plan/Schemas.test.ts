import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { down, type Entry, ids, refusal, up, type Written } from "../../fixtures/World.ts"

const dynamic = "-- bfm-schema: dynamic\nSELECT 1;"

/** The steps that create their schema first. */
const creating = ({ steps }: Effect.Effect.Success<ReturnType<typeof up>>) =>
  steps.filter(step => step.creates_schema).map(step => `${step.connection} ${step.schema}`)

describe("a schema that is not there", () => {
  it.effect("is created on each connection for itself", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: { "core/01_a": dynamic, "logs/02_b": dynamic, "logs/03_c": dynamic },
        connections: { core: { present: [] }, logs: { present: [] } }
      }
      assert.deepStrictEqual(creating(yield* up(written, { schemas: ["t1"] })), ["core t1", "logs t1"])
    })
  )

  it.effect("is not created where nothing is said of a schema, nor to roll back in it", () =>
    Effect.gen(function* () {
      const home: Written = {
        files: { "core/01_a": "SELECT 1;" },
        connections: { core: { present: ["public"] } }
      }
      assert.deepStrictEqual(creating(yield* up(home)), [])
      const gone: Written = {
        files: { "core/01_a": dynamic, "core/01_a.down": "SELECT 1;" },
        connections: { core: { applied: ["01_a@t1"], present: [] } }
      }
      const plan = yield* down(gone, { id: "01_a" })
      assert.deepStrictEqual([ids(plan), creating(plan)], [["t1_01_a"], []])
    })
  )
})

describe("a connection whose schema is named later", () => {
  it.effect("gets nothing twice that was applied before", () =>
    Effect.gen(function* () {
      const written = (...applied: ReadonlyArray<string>): Written => ({
        files: {
          "core/01_a": "SELECT 1;",
          "core/02_b": "SELECT 1;",
          "core/03_fixed": "-- bfm-schema: app\nSELECT 1;",
          "core/04_new": "SELECT 1;"
        },
        connections: { core: { schema: "public", applied } }
      })
      const before = written("01_a", "02_b", "03_fixed@app")
      assert.strictEqual(
        yield* refusal(up(before)),
        "01_a and 1 more of core are applied from before CORE_SCHEMA was public; if that is where they are, leave CORE_SCHEMA out, or say so of each (bfm resolve ID --schema public --applied); to apply them there too: --schema public"
      )
      assert.deepStrictEqual(ids(yield* up(before, { schemas: ["public"] })), ["01_a", "02_b", "04_new"])
      // Nor what is only needed.
      const needing: Written = {
        files: { ...before.files, "core/05_last": "-- bfm-depends-on: a\nSELECT 1;" },
        connections: before.connections ?? {}
      }
      assert.match(
        yield* refusal(up(needing, { target: { ids: ["20250101000005_last"] } })),
        /^01_a of core is applied from before CORE_SCHEMA was public;/
      )
      const declared = written("01_a", "02_b", "01_a@public", "02_b@public", "03_fixed@app")
      assert.deepStrictEqual(ids(yield* up(declared)), ["04_new"])
    })
  )
})

describe("the id of a step", () => {
  it.effect("has no schema in front that is home, or that was none when it was applied", () =>
    Effect.gen(function* () {
      const at = (entry: Entry): Written => ({
        files: { "core/01_a": "SELECT 1;", "core/01_a.down": "SELECT 1;" },
        connections: { core: { schema: "app", applied: [entry] } }
      })
      assert.deepStrictEqual(ids(yield* down(at({ of: "01_a" }), { id: "01_a" })), ["01_a"])
      const begun = { state: "running", direction: "down" } as const
      assert.include(
        yield* refusal(up(at({ of: "01_a@app", ...begun }))),
        "(bfm migrate down 01_a_postgresql_core)"
      )
      assert.include(
        yield* refusal(up(at({ of: "01_a@t1", ...begun }), { schemas: ["t1"] })),
        "(bfm migrate down t1_01_a_postgresql_core)"
      )
    })
  )
})

describe("a name that cannot be a schema's", () => {
  it.effect("is refused by the backend that does not take it, whoever else does", () =>
    Effect.gen(function* () {
      const written: Written = {
        files: { "metrics/01_a": dynamic, "core/02_b": dynamic },
        connections: { metrics: { backend: "greptimedb" }, core: {} }
      }
      const message = yield* refusal(up(written, { schemas: ["pg_mine", "t 1"] }))
      assert.deepStrictEqual(message.match(/schema ".*/g), [
        'schema "pg_mine": names that begin with pg_ belong to PostgreSQL itself',
        'schema "t 1": only letters, digits, _, - and . are allowed'
      ])
      const { steps } = yield* up({ ...written, files: { "core/02_b": dynamic } }, { schemas: ["t 1"] })
      assert.lengthOf(steps, 1)
    })
  )
})

describe("a script that reads the same in every schema", () => {
  const shared = (text: string) =>
    Effect.map(
      up({ files: { "core/01_a": `-- bfm-schema: dynamic\n${text}` } }, { schemas: ["t1", "t2"] }),
      ({ steps: [first, second] }) => first !== undefined && first.units === second?.units
    )

  it.effect("is kept once, however many there are; one that names its schema is not", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* shared("CREATE TABLE a (id int);"))
      assert.isTrue(yield* shared("CREATE TABLE {{.Connection}} (id int);"))
      assert.isFalse(yield* shared("CREATE TABLE {{.Schema}}.a (id int);"))
    })
  )
})
