import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Postgresql from "../../../src/adapters/postgresql/Settings.ts"
import { layerPostgresql } from "../../../src/adapters/state-sql/StateSql.ts"
import { StateUnavailable } from "../../../src/domain/Errors.ts"
import type { Plan } from "../../../src/domain/Plan.ts"
import { type Order, RunOptions, UpRequest } from "../../../src/domain/Request.ts"
import type { Event, Run } from "../../../src/domain/Run.ts"
import * as PlanMemory from "../../../src/pipeline/plan/PlanMemory.ts"
import { StateStore } from "../../../src/ports/StateStore.ts"
import { brief, layer, refusal, refused, up } from "../../fixtures/World.ts"

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

  it.scopedLive("is not remembered where it has more steps than anybody compares", () =>
    Effect.gen(function* () {
      const plan = yield* planned(files)
      const [step] = plan.steps
      if (step === undefined) throw new Error("nothing is planned")
      const huge = { ...plan, hash: "huge", steps: Array.from({ length: 50_000 }, () => step) }
      yield* PlanMemory.remember(huge)
      assert.isUndefined((yield* differing(plan, "huge"))[2])
    }).pipe(Effect.provide(away))
  )
})

describe("a plan that a run has carried out", () => {
  const runOf = ({ hash, direction, steps: { length } }: Plan): Run => ({
    id: "the-run",
    actor: { name: "", method: "cli" },
    direction,
    plan_hash: hash,
    state: "succeeded",
    started_at: 0,
    total: length,
    pending: 0,
    running: 0,
    succeeded: length,
    failed: 0,
    skipped: 0,
    not_run: 0
  })

  /** A state that knows the run of the plan, and that this is what was told of it. */
  const knowing =
    (plan: Plan, ...events: ReadonlyArray<Event>) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.flatMap(StateStore, state =>
        Effect.provideService(effect, StateStore, {
          ...state,
          planned: hash => Effect.succeed(hash === plan.hash ? runOf(plan) : undefined),
          events: ({ runId, after }) =>
            runId === "the-run"
              ? Effect.succeed(
                  events.map((event, n) => ({ sequence: n + 1, event })).filter(one => one.sequence > after)
                )
              : new StateUnavailable({ address: "", action: "", reason: "there is no such run" })
        })
      )

  const told = (before: Plan, ...events: ReadonlyArray<Event>) =>
    Effect.gen(function* () {
      const after = yield* planned({ ...files, "core/02_b": "SELECT 20;" })
      return (yield* differing(after, before.hash))[3]
    }).pipe(knowing(before, ...events), Effect.provide(away))

  it.scopedLive("is known by what the state kept of it, also where no process has shown it", () =>
    Effect.gen(function* () {
      const plan = yield* planned(files)
      assert.strictEqual(yield* told(plan, { _tag: "Planned", plan }), "02_b")
    })
  )

  it.scopedLive("is not where that is not all of it, or nothing of it was kept", () =>
    Effect.gen(function* () {
      const plan = yield* planned(files)
      assert.isUndefined(yield* told(plan, { _tag: "Planned", plan: { ...plan, left_out: "texts" } }))
      assert.isUndefined(yield* told(plan, { _tag: "RunStarted", run_id: "the-run", total: 3 }))
      assert.isUndefined(yield* told(plan))
    })
  )
})

describe("an order with a plan that is expected", () => {
  const order = (plan_hash?: string): Order => ({
    _tag: "Up",
    request: Schema.decodeSync(UpRequest)({}),
    options: Schema.decodeSync(RunOptions)(plan_hash === undefined ? {} : { plan_hash })
  })
  const ascertained = (written: Parameters<typeof layer>[0], hash?: string) =>
    PlanMemory.ascertain(order(hash)).pipe(Effect.provide(layer(written)), Effect.provide(away))

  it.scopedLive("is planned at once, and refused where it is another one", () =>
    Effect.gen(function* () {
      const { hash } = yield* planned(files)
      yield* ascertained({ files }, hash)
      assert.include(yield* refusal(ascertained({ files }, "0badc0de")), hash)
    })
  )

  it.scopedLive("is not planned before its turn where none is", () =>
    ascertained({ files: { "core/01_a": "SELECT {{.Vars.nobody}};" } })
  )
})
