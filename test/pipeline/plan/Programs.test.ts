import { assert, describe, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Session } from "../../../src/domain/Session.ts"
import type { Specification } from "../../../src/domain/source/Definition.ts"
import { down, refusal, up, type Written } from "../../fixtures/World.ts"

const send = (statement: string) => Effect.flatMap(Session, session => session.execute(statement))
const ask = (statement: string) => Effect.flatMap(Session, session => session.query(statement))

const one = (
  specification: Specification,
  request: Parameters<typeof up>[1] = {},
  place: Written["connections"] = {}
) =>
  Effect.map(
    up({ files: { "core/01_it": specification }, connections: { core: {}, ...place } }, request),
    ({ steps: [step] }) => {
      if (step === undefined) throw new Error("nothing is planned")
      return {
        step,
        sent: step.units.flatMap(({ statements }) => statements.map(({ text, line }) => `${line} ${text}`))
      }
    }
  )

describe("a migration that is a program", () => {
  it.effect("is planned with what it would send, in one transaction", () =>
    Effect.gen(function* () {
      const { step, sent } = yield* one({ up: Effect.zipRight(send("CREATE TABLE a ()"), send("SELECT 2")) })
      assert.deepStrictEqual(sent, ["1 CREATE TABLE a ()", "1 SELECT 2"])
      assert.deepStrictEqual(
        [step.mode, step.units.map(({ atomic }) => atomic), step.depends_on_data, step.warnings],
        ["program", [true], false, []]
      )
      assert.deepStrictEqual([step.unwrapped, step.destructive, step.path], [false, false, "core/01_it.ts"])
    })
  )

  it.effect("that asks for data is planned up to its first question, and says so", () =>
    Effect.gen(function* () {
      const asking = Effect.flatMap(ask("SELECT 1"), () => send("DROP TABLE a"))
      const { step, sent } = yield* one({ up: Effect.zipRight(send("CREATE TABLE a ()"), asking) })
      assert.deepStrictEqual(sent, ["1 CREATE TABLE a ()"])
      assert.isTrue(step.depends_on_data)
      assert.deepStrictEqual(step.warnings, [
        "the statements depend on data that is read when it runs: this may not be all"
      ])
    })
  )

  it.effect("says its schema's own statements in each schema", () =>
    Effect.gen(function* () {
      const own = Effect.flatMap(Session, ({ schema, execute }) => execute(`CREATE TABLE ${schema}.a ()`))
      const { steps } = yield* up(
        { files: { "core/01_it": { schema: "dynamic", up: own } } },
        { schemas: ["t1", "t2"] }
      )
      assert.deepStrictEqual(
        steps.map(({ units }) => units[0]?.statements[0]?.text),
        ["CREATE TABLE t1.a ()", "CREATE TABLE t2.a ()"]
      )
    })
  )

  it.effect("that fails by itself, or ends its transaction, is refused before anything runs", () =>
    Effect.gen(function* () {
      const failing = refusal(one({ up: Effect.fail(new Error("no such luck")) }))
      assert.match(yield* failing, /core\/01_it\.ts .*no such luck/)
      assert.match(yield* refusal(one({ up: send("COMMIT") })), /core\/01_it\.ts .*COMMIT/)
    })
  )

  it.effect("that throws, interrupts itself or fails with anything at all is refused with what it said", () =>
    Effect.gen(function* () {
      const thrown = Effect.sync(() => JSON.parse("{"))
      assert.match(yield* refusal(one({ up: thrown })), /core\/01_it\.ts .*JSON/)
      assert.match(yield* refusal(one({ up: Effect.interrupt })), /core\/01_it\.ts .*interrupted itself/)
      for (const value of ["plain words", null, undefined, 42, { code: "plain words" }]) {
        const said = typeof value === "number" ? /42/ : value == null ? /null|undefined/ : /plain words/
        // A migration file is not always checked by the compiler.
        const failing: Effect.Effect<never, unknown> = Effect.fail(value)
        const up = failing as Effect.Effect<never, { readonly message: string }>
        assert.match(yield* refusal(one({ up })), said)
      }
      class NoUsers extends Data.TaggedError("NoUsers")<{ readonly expected: number }> {}
      assert.match(yield* refusal(one({ up: new NoUsers({ expected: 3 }) })), /NoUsers/)
    })
  )

  it.effect("that goes on without an answer is planned up to its question all the same", () =>
    Effect.gen(function* () {
      const guessing = Effect.flatMap(
        Effect.orElseSucceed(ask("SELECT 1"), () => []),
        rows => send(rows.length === 0 ? "CREATE TABLE none ()" : "CREATE TABLE some ()")
      )
      const giving = Effect.orElse(ask("SELECT 1"), () => Effect.fail(new Error("cannot go on")))
      for (const up of [guessing, giving]) {
        const { step, sent } = yield* one({ up: Effect.zipRight(send("CREATE TABLE a ()"), up) })
        assert.deepStrictEqual([sent, step.depends_on_data], [["1 CREATE TABLE a ()"], true])
      }
    })
  )

  it.effect("is taken back by its own program", () =>
    Effect.gen(function* () {
      const specification = { up: send("CREATE TABLE a ()"), down: send("DROP TABLE a") }
      const written = {
        files: { "core/01_it": specification },
        connections: { core: { applied: ["01_it"] } }
      }
      const { steps } = yield* down(written, { id: "01_it" })
      assert.deepStrictEqual(
        steps.map(({ mode, units }) => [mode, units[0]?.statements[0]?.text]),
        [["program", "DROP TABLE a"]]
      )
      assert.deepStrictEqual((yield* up(written)).steps, [])
    })
  )
})

describe("what was left half done", () => {
  const script = "-- bfm-transaction: none\nVACUUM a;\nVACUUM b;"
  const files = { "core/01_it": script, "core/01_it.down": script }
  const left = (direction: "up" | "down", state: "running" | "applied" = "running") => ({
    core: { applied: [{ of: "01_it", state, direction, unitsDone: 1, unitBegun: true } as const] }
  })
  const begun = ({ steps }: { readonly steps: ReadonlyArray<{ resume_at: number; in_doubt: boolean }> }) =>
    steps.map(({ resume_at, in_doubt }) => [resume_at, in_doubt])

  it.effect("is gone on with in its own direction; what was finished is taken back from its beginning", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(begun(yield* up({ files, connections: left("up") })), [[1, true]])
      assert.deepStrictEqual(begun(yield* down({ files, connections: left("down") }, { id: "01_it" })), [
        [1, true]
      ])
      assert.deepStrictEqual(
        begun(yield* down({ files, connections: left("up", "applied") }, { id: "01_it" })),
        [[0, false]]
      )
    })
  )

  it.effect("needs nothing to be there when it is taken back", () =>
    Effect.gen(function* () {
      const requiring = "-- bfm-requires: table users\nSELECT 1;"
      const written = {
        files: { "core/01_it": requiring, "core/01_it.down": "SELECT 1;" },
        connections: { core: { applied: ["01_it"] } }
      }
      const [step] = (yield* down(written, { id: "01_it" })).steps
      assert.deepStrictEqual(step?.requires, [])
    })
  )
})
