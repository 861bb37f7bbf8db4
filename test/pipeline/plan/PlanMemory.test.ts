import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Postgresql from "../../../src/adapters/postgresql/Settings.ts"
import { layerPostgresql } from "../../../src/adapters/state-sql/StateSql.ts"
import type { Plan } from "../../../src/domain/Plan.ts"
import * as PlanMemory from "../../../src/pipeline/plan/PlanMemory.ts"
import { brief, refused, up } from "../../fixtures/World.ts"

/** A state that nobody can ask: all that is known is what this process has shown. */
const away = layerPostgresql({
  settings: {
    _tag: "Server",
    host: "127.0.0.1",
    // Nothing listens on the discard port here.
    port: 9,
    database: "none",
    username: "none",
    tls: "disable",
    pool: Postgresql.defaultPool
  },
  schema: "public",
  resolve: settings =>
    settings._tag === "Server" ? Effect.succeed(settings) : Effect.dieMessage("there is no embedded one")
})

const planned = (files: Readonly<Record<string, string>>) => up({ files })

/** What whoever expected `hash` hears, when the plan is this one now. */
const differing = (plan: Plan, hash: string) =>
  Effect.map(
    refused(PlanMemory.expect(plan, hash)),
    ({ expected, actual, steps, added, removed, changed }) => {
      assert.deepStrictEqual([expected, actual], [hash, plan.hash])
      const names = (ids: ReadonlyArray<string> | undefined) =>
        ids?.map(id => brief(id).replace("_postgresql_core", "")).join(" ")
      return [steps, added, removed, changed].map(names)
    }
  )

const files = { "core/01_a": "SELECT 1;", "core/02_b": "SELECT 2;", "core/03_c": "SELECT 3;" }

describe("a plan that is expected", () => {
  it.scopedLive("is carried out when it is that one, or when none is expected", () =>
    Effect.gen(function* () {
      const plan = yield* planned(files)
      yield* PlanMemory.expect(plan, plan.hash)
      yield* PlanMemory.expect(plan, undefined)
    }).pipe(Effect.provide(away))
  )

  it.scopedLive("and is another one now is refused, with what came, went, and says something else", () =>
    Effect.gen(function* () {
      const before = yield* planned(files)
      yield* PlanMemory.remember(before)
      const { "core/01_a": _, ...rest } = files
      const after = yield* planned({ ...rest, "core/02_b": "SELECT 20;", "core/04_d": "SELECT 4;" })
      assert.deepStrictEqual(yield* differing(after, before.hash), ["02_b 03_c 04_d", "04_d", "01_a", "02_b"])
      const outside = yield* planned({ ...files, "core/03_c": "-- bfm-transaction: none\nSELECT 3;" })
      assert.deepStrictEqual(yield* differing(outside, before.hash), ["01_a 02_b 03_c", "", "", "03_c"])
    }).pipe(Effect.provide(away))
  )

  it.scopedLive("and is not remembered is refused all the same, also while the state cannot be asked", () =>
    Effect.gen(function* () {
      const plan = yield* planned(files)
      assert.deepStrictEqual(yield* differing(plan, "0badc0de"), [
        "01_a 02_b 03_c",
        undefined,
        undefined,
        undefined
      ])
    }).pipe(Effect.provide(away))
  )

  it.scopedLive("is remembered for as long as it is among the last hundred that were shown", () =>
    Effect.gen(function* () {
      const first = yield* planned(files)
      const plan = yield* planned({ "core/01_a": "SELECT 1;" })
      const show = (from: number, to: number) =>
        Effect.forEach(
          Array.from({ length: to - from }, (_, n) => from + n),
          n => PlanMemory.remember({ ...plan, hash: `shown-${n}` }),
          { discard: true }
        )
      yield* PlanMemory.remember(first)
      yield* show(0, 99)
      assert.deepStrictEqual((yield* differing(plan, first.hash))[2], "02_b 03_c")
      // Whoever looks at it once more has seen it last.
      yield* PlanMemory.remember(first)
      yield* show(99, 198)
      assert.deepStrictEqual((yield* differing(plan, first.hash))[2], "02_b 03_c")
      yield* show(198, 199)
      assert.isUndefined((yield* differing(plan, first.hash))[2])
    }).pipe(Effect.provide(away))
  )
})
