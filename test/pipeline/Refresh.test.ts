import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Refresh from "../../src/pipeline/report/Refresh.ts"

const ages = { fresh: 1_000, stale: 10_000, patience: 250 }

/** Counts how often it is computed; each computation takes as long as is said. */
const counted = (milliseconds = 0) => {
  let count = 0
  const compute = Effect.flatMap(
    Effect.sync(() => ++count),
    value => Effect.as(Effect.sleep(milliseconds), value)
  )
  return Effect.map(Effect.scope, scope => Refresh.make(compute, ages, scope))
}

describe("what is costly to find out", () => {
  it.scoped("is found out once for all who ask at the same time", () =>
    Effect.gen(function* () {
      const { current } = yield* counted(100)
      const asking = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 50 }, () => current),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(new Set(yield* Fiber.join(asking)), new Set([1]))
    })
  )

  it.scoped("is as good as new for a second; then a newer one is waited for", () =>
    Effect.gen(function* () {
      const { current } = yield* counted()
      assert.strictEqual(yield* current, 1)
      yield* TestClock.adjust(999)
      assert.strictEqual(yield* current, 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* current, 2)
      yield* TestClock.adjust(10_000)
      assert.strictEqual(yield* current, 3)
    })
  )

  it.scoped("is shown although it is old where a newer one takes long, and not when it is very old", () =>
    Effect.gen(function* () {
      const { current } = yield* counted(1_000)
      const answer = (after: number) =>
        Effect.gen(function* () {
          const asking = yield* Effect.fork(current)
          yield* TestClock.adjust(after)
          return yield* Fiber.join(asking)
        })
      assert.strictEqual(yield* answer(1_000), 1)
      yield* TestClock.adjust(5_000)
      assert.strictEqual(yield* answer(250), 1)
      yield* TestClock.adjust(20_000)
      assert.strictEqual(yield* answer(1_000), 3)
    })
  )

  it.scoped("is not shown any more once something has changed, also when it was being computed then", () =>
    Effect.gen(function* () {
      const { current, invalidate, fresh } = yield* counted(100)
      const early = yield* Effect.fork(current)
      yield* TestClock.adjust(50)
      yield* invalidate
      const late = yield* Effect.fork(current)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* Fiber.join(early), 1)
      assert.strictEqual(yield* Fiber.join(late), 2)
      const asked = yield* Effect.fork(fresh)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* Fiber.join(asked), 3)
    })
  )

  it.scoped("belongs to nobody who asks: the first one may go away", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const scope = yield* Effect.scope
      const { current } = Refresh.make(Effect.as(Deferred.await(gate), "found"), ages, scope)
      const first = yield* Effect.fork(current)
      const second = yield* Effect.fork(current)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(second), "found")
    })
  )

  it.scoped("is found out less often when it takes long", () =>
    Effect.gen(function* () {
      const { current } = yield* counted(1_000)
      const first = yield* Effect.fork(current)
      yield* TestClock.adjust(1_000)
      assert.strictEqual(yield* Fiber.join(first), 1)
      yield* TestClock.adjust(3_999)
      assert.strictEqual(yield* current, 1)
      yield* TestClock.adjust(1)
      const asking = yield* Effect.fork(current)
      yield* TestClock.adjust(250)
      assert.strictEqual(yield* Fiber.join(asking), 1)
      yield* TestClock.adjust(750)
      assert.strictEqual(yield* current, 2)
    })
  )
})
