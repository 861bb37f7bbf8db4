import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { ConnectionUnreachable, PlanDiffers, StateUnavailable } from "../../src/domain/Errors.ts"
import type { HistoryItem } from "../../src/domain/History.ts"
import * as Sight from "../../src/pipeline/report/Sight.ts"
import { up, type Written, whole } from "../fixtures/World.ts"

const files = { "core/01_a": "SELECT 1;", "core/02_b": "SELECT 2;" }
const applied: Written = { files, connections: { core: { applied: ["01_a", "02_b"] } } }

const failure = (name: string, part: Partial<HistoryItem> = {}): HistoryItem => ({
  migration_id: whole(`${name}_postgresql_core`),
  schema: "",
  version: "",
  name: "",
  connection: "core",
  backend: "postgresql",
  event: "failed",
  at: "2026-01-01T00:00:00Z",
  actor: "ann",
  method: "cli",
  run_id: "one",
  ...part
})

/** What somebody who waits sees: `recent` newest first, `before` what had failed when the waiting began. */
const seen = (
  goal: Sight.Goal,
  written: Written,
  recent: ReadonlyArray<HistoryItem> = [],
  before?: ReadonlyArray<HistoryItem>
) =>
  Effect.map(up(written), plan => {
    const old = before === undefined ? undefined : new Set(before.map(Sight.nameOf))
    const sight = Either.getOrThrow(
      Sight.judge(goal, { plan: Either.right(plan), recent: Either.right(recent), old })
    )
    const failed =
      "failed" in sight ? sight.failed.map(({ run_id, migration_id }) => [run_id, migration_id]) : []
    return [sight._tag, ...failed]
  })

const a = whole("01_a_postgresql_core")

describe("whoever waits until all is applied", () => {
  it.effect("waits while something is pending, and no longer", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* seen("applied", { files }), ["Pending"])
      assert.deepStrictEqual(yield* seen("applied", applied), ["Reached"])
    })
  )

  it.effect("waits where nothing is selected: what is waited for has not arrived yet", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* seen("applied", {}), ["Pending"])
    })
  )

  it.effect("goes on waiting over failures that are older, and is told of them", () =>
    Effect.gen(function* () {
      const old = [failure("01_a")]
      assert.deepStrictEqual(yield* seen("applied", { files }, old), ["Pending", ["one", a]])
      assert.deepStrictEqual(yield* seen("applied", { files }, old, old), ["Pending", ["one", a]])
    })
  )

  it.effect("does not wait for what has failed since, in another run or in another schema", () =>
    Effect.gen(function* () {
      const old = [failure("01_a", { schema: "t1" }), failure("02_b")]
      const again = failure("02_b", { run_id: "two" })
      assert.deepStrictEqual(yield* seen("applied", { files }, [again, ...old], old), [
        "Failed",
        ["two", again.migration_id]
      ])
      assert.deepStrictEqual(yield* seen("applied", { files }, [failure("01_a"), ...old], old), [
        "Failed",
        ["one", a]
      ])
    })
  )

  it.effect("takes the latest word on a step, and none of what is applied", () =>
    Effect.gen(function* () {
      const rolledBack = failure("01_a", { event: "rolled_back", run_id: "two" })
      assert.deepStrictEqual(yield* seen("applied", { files }, [rolledBack, failure("01_a")], []), [
        "Pending"
      ])
      const partly: Written = { files, connections: { core: { applied: ["01_a"] } } }
      assert.deepStrictEqual(yield* seen("applied", partly, [failure("01_a")], []), ["Pending"])
    })
  )
})

describe("whoever waits until everything can be reached", () => {
  const unreachable = new ConnectionUnreachable({ connection: "core", address: "db:5432", reason: "refused" })
  const stateless = new StateUnavailable({ address: "db:5432", action: "read", reason: "refused" })
  const differing = new PlanDiffers({ expected: "a", actual: "b", steps: [] })
  const judge = (goal: Sight.Goal, wrong: Parameters<typeof Either.left>[0], what: "plan" | "recent") =>
    Effect.map(up({ files }), plan => {
      const fine = { plan: Either.right(plan), recent: Either.right([]), old: undefined }
      const judged = Sight.judge(goal, { ...fine, [what]: Either.left(wrong) })
      return Either.match(judged, { onLeft: ({ _tag }) => `error ${_tag}`, onRight: ({ _tag }) => _tag })
    })

  it.effect("is done as soon as stores and state answer, whatever is pending", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* seen("reachable", { files }), ["Reached"])
      assert.strictEqual(yield* judge("reachable", differing, "plan"), "Reached")
    })
  )

  it.effect("waits for a store and for the state; for what no waiting mends it does not", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* judge("reachable", unreachable, "plan"), "Away")
      assert.strictEqual(yield* judge("reachable", stateless, "recent"), "Away")
      assert.strictEqual(yield* judge("applied", unreachable, "plan"), "Away")
      assert.strictEqual(yield* judge("applied", differing, "plan"), "error PlanDiffers")
      // Where failures cannot be read, what is pending is waited for all the same.
      assert.strictEqual(yield* judge("applied", stateless, "recent"), "Pending")
    })
  )
})
