import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Turns from "../../src/pipeline/report/Turns.ts"

/** Answers after a second, with the number of the question; remembers what was asked. */
const asked = Effect.gen(function* () {
  const questions: Array<ReadonlyArray<string>> = []
  const ask = (keys: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const number = questions.push(keys)
      return keys.includes("broken")
        ? Effect.die(new Error("no answer"))
        : Effect.as(Effect.sleep("1 second"), number)
    })
  return { questions, turn: Turns.make(ask, yield* Effect.scope) }
})

describe("those who ask at the same time", () => {
  it.scoped("share a question, and none of them one that went out before they asked", () =>
    Effect.gen(function* () {
      const { questions, turn } = yield* asked
      const first = yield* Effect.fork(turn("a"))
      yield* TestClock.adjust(500)
      const later = yield* Effect.fork(Effect.all(["a", "b", "a"].map(turn), { concurrency: "unbounded" }))
      yield* TestClock.adjust(500)
      assert.strictEqual(yield* Fiber.join(first), 1)
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(yield* Fiber.join(later), [2, 2, 2])
      assert.deepStrictEqual(questions, [["a"], ["a", "b"]])
    })
  )

  it.scoped("share its failure too, and whoever asks then gets an answer", () =>
    Effect.gen(function* () {
      const { turn } = yield* asked
      assert.isTrue(Exit.isFailure(yield* Effect.exit(turn("broken"))))
      const next = yield* Effect.fork(turn("a"))
      yield* TestClock.adjust(1_000)
      assert.strictEqual(yield* Fiber.join(next), 2)
    })
  )
})
