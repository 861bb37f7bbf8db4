import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import type { Plan, Step } from "../../src/domain/Plan.ts"
import type { RunOptions } from "../../src/domain/Request.ts"
import * as Gates from "../../src/pipeline/execute/Gates.ts"
import * as Line from "../../src/pipeline/execute/Line.ts"
import * as Rollout from "../../src/pipeline/execute/Rollout.ts"
import * as Segment from "../../src/pipeline/execute/Segment.ts"
import * as Sample from "../interfaces/cli/Sample.ts"

/** `t1 a < b c`: the step `a` in schema t1 of core, which needs `b` and `c`; `logs/t1 a` is another connection's. */
const step = (text: string, part: Partial<Step> = {}): Step => {
  const [place = "", id = "", , ...after] = text.split(" ")
  const [schema = "", connection = "core"] = place.split("/").reverse()
  return Sample.step({ id, connection, schema, after, ...part })
}

const plan = (...steps: ReadonlyArray<string | Step>): Plan =>
  Sample.plan(steps.map(one => (typeof one === "string" ? step(one) : one)))

const told = (segments: ReadonlyArray<Segment.Segment>): ReadonlyArray<string> =>
  segments.map(
    ({ index, connection, schema, steps, after }) =>
      `${index} ${connection}/${schema}: ${steps.map(({ id }) => id).join(" ")}${after.size === 0 ? "" : ` after ${[...after].join(" ")}`}`
  )

const cut = (...steps: ReadonlyArray<string>) => told(Segment.cut(plan(...steps)))

describe("a plan is cut", () => {
  it("where the schema or the connection changes, and in no other order", () => {
    assert.deepStrictEqual(cut("t1 a", "t1 b", "t2 c", "logs/t2 d"), [
      "0 core/t1: a b",
      "1 core/t2: c",
      "2 logs/t2: d"
    ])
    assert.deepStrictEqual(cut(), [])
  })

  it("so that a schema goes on where it was left", () => {
    assert.deepStrictEqual(cut("t1 a", "t2 b", "t1 c", "t2 d", "t1 e"), [
      "0 core/t1: a",
      "1 core/t2: b",
      "2 core/t1: c after 0",
      "3 core/t2: d after 1",
      "4 core/t1: e after 2"
    ])
  })

  it("so that each part waits for what its steps need, and not for itself", () => {
    assert.deepStrictEqual(cut("t1 a", "t2 b < a", "t3 c", "t3 d < c b a gone"), [
      "0 core/t1: a",
      "1 core/t2: b after 0",
      "2 core/t3: c d after 1 0"
    ])
  })

  it("without losing a step, and never before what it needs", () => {
    const steps = fc.array(fc.record({ schema: fc.constantFrom("t1", "t2", "t3"), need: fc.nat(30) }))
    fc.assert(
      fc.property(steps, written => {
        const all = written.map(({ schema, need }, at) =>
          step(`${schema} s${at}${need < at ? ` < s${need}` : ""}`)
        )
        const segments = Segment.cut(plan(...all))
        assert.deepStrictEqual(
          segments.flatMap(segment => segment.steps),
          all
        )
        const placeOf = new Map(segments.flatMap(({ index, steps }) => steps.map(({ id }) => [id, index])))
        for (const { index, after, steps } of segments) {
          assert.isTrue([...after].every(other => other < index))
          const needed = steps.flatMap(one => one.after.map(id => placeOf.get(id) ?? -1))
          assert.isTrue(needed.every(other => other === index || after.has(other)))
        }
      })
    )
  })

  it("once for each connection where everything is tried and taken back", () => {
    assert.deepStrictEqual(told(Segment.whole(plan("t1 a", "logs/x b < a", "t2 c < a", "logs/y d"))), [
      "0 core/t1: a c",
      "1 logs/x: b d"
    ])
  })

  it("has one schema, or several", () => {
    assert.isFalse(Segment.several(plan()))
    assert.isFalse(Segment.several(plan("t1 a", "t1 b")))
    assert.isTrue(Segment.several(plan("t1 a", "t2 b")))
    assert.isTrue(Segment.several(plan("t1 a", "logs/t1 b")))
  })
})

const rolledOut = (options: Partial<RunOptions>, ...steps: ReadonlyArray<string | Step>) => {
  const segments = Segment.cut(plan(...steps))
  return {
    segments,
    rollout: Rollout.make(segments, { concurrency: 1, on_failure: "stop", ...options }, ({ schema }) =>
      schema.startsWith("t")
    )
  }
}

const settled = Effect.repeatN(Effect.yieldNow(), 20)

/** All segments come to their gates at once; `end` ends some and says who came through by then. */
const atGates = Effect.fnUntraced(function* (
  options: Partial<RunOptions>,
  ...steps: ReadonlyArray<string | Step>
) {
  const { segments, rollout } = rolledOut(options, ...steps)
  const gates = yield* Gates.make(segments, rollout)
  const through: Array<number> = []
  for (const one of segments)
    yield* Effect.fork(
      Effect.andThen(
        gates.await(one),
        Effect.sync(() => through.push(one.index))
      )
    )
  return {
    end: Effect.fnUntraced(function* (...indexes: ReadonlyArray<number>) {
      for (const one of segments) if (indexes.includes(one.index)) yield* gates.end(one)
      yield* settled
      const passed = [...through].sort((a, b) => a - b)
      // Who need not wait would not have waited either.
      assert.deepStrictEqual(
        segments.filter(gates.isOpen).map(({ index }) => index),
        passed
      )
      return passed.join(" ")
    })
  }
})

describe("a part of a run begins", () => {
  it.effect("when all that it needs has ended", () =>
    Effect.gen(function* () {
      const { end } = yield* atGates({}, "t1 a", "t2 b", "t3 c < a b", "t1 d")
      assert.strictEqual(yield* end(), "0 1")
      assert.strictEqual(yield* end(1), "0 1")
      assert.strictEqual(yield* end(0), "0 1 2 3")
    })
  )

  it.effect("when every schema of the waves before has ended", () =>
    Effect.gen(function* () {
      const { end } = yield* atGates({ canary: 1, waves: "2,*" }, "t1 a", "t2 b", "t3 c", "t4 d", "t5 e")
      assert.strictEqual(yield* end(), "0")
      assert.strictEqual(yield* end(0), "0 1 2")
      assert.strictEqual(yield* end(1), "0 1 2")
      assert.strictEqual(yield* end(2), "0 1 2 3 4")
      assert.strictEqual(yield* end(3, 4), "0 1 2 3 4")
    })
  )

  it.effect("not before the wave in front, even where its own neighbours are through sooner", () =>
    Effect.gen(function* () {
      const { end } = yield* atGates({ waves: "1" }, "t1 a", "t2 b", "t3 c")
      assert.strictEqual(yield* end(1), "0")
      assert.strictEqual(yield* end(0), "0 1 2")
    })
  )

  it.effect("when both have ended, its wave's and its own", () =>
    Effect.gen(function* () {
      const { end } = yield* atGates({ canary: 1 }, "shop a", "t1 b", "t2 c < a")
      assert.strictEqual(yield* end(), "0 1")
      assert.strictEqual(yield* end(1), "0 1")
      assert.strictEqual(yield* end(0), "0 1 2")
    })
  )

  it("in the order of the waves, and within one in that of the plan", () => {
    const { segments, rollout } = rolledOut(
      { canary: 1 },
      "t1 a",
      "t2 b",
      "t1 c",
      "t3 d",
      "shop e",
      "t4 f < e"
    )
    assert.deepStrictEqual(
      Gates.inOrder(segments, rollout).map(({ index }) => index),
      [0, 2, 4, 1, 3, 5]
    )
  })
})

/** A plan of that many schemas, with one step each. */
const schemas = (count: number, part: Partial<Step> = {}) =>
  Array.from({ length: count }, (_, n) => step(`t${n} s${n}`, part))

interface Working {
  readonly workers?: number
  readonly options?: Partial<RunOptions>
  /** Milliseconds that each turn takes. */
  readonly takes?: ReadonlyArray<number>
  /** Turns in which something was in the way. */
  readonly rough?: ReadonlyArray<number>
}

/** How many segments each turn has, one turn after the other. */
const turns = Effect.fnUntraced(function* (
  steps: ReadonlyArray<string | Step>,
  { workers = 1, options = {}, takes = [], rough = [] }: Working = {}
) {
  const { segments, rollout } = rolledOut(options, ...steps)
  const gates = yield* Gates.make(segments, rollout)
  const line = Line.make(Gates.inOrder(segments, rollout), gates, workers)
  const found: Array<number> = []
  for (;;) {
    const taken = yield* line.next
    if (taken.length === 0) return found
    line.took(taken, takes[found.length] ?? 0, !rough.includes(found.length))
    found.push(taken.length)
    for (const one of taken) yield* gates.end(one)
  }
})

describe("schemas go together", () => {
  it.effect("twice as many each time it is quick, up to sixteen", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* turns(schemas(60)), [1, 2, 4, 8, 16, 16, 12, 1])
      assert.deepStrictEqual(yield* turns([]), [])
    })
  )

  it.effect("as many as half a second is enough for", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* turns(schemas(20), { takes: [250, 250, 250, 1_000] }), [1, 2, 4, 8, 4, 1])
      assert.deepStrictEqual(
        yield* turns(schemas(24), { takes: [0, 0, 0, 700, 500, 500, 500] }),
        [1, 2, 4, 8, 5, 3, 1]
      )
      assert.deepStrictEqual(yield* turns(schemas(4), { takes: [251, 60_000, 60_000] }), [1, 1, 1, 1])
    })
  )

  it.effect("a quarter as many once something was in the way", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* turns(schemas(20), { rough: [3] }), [1, 2, 4, 8, 2, 2, 1])
      assert.deepStrictEqual(yield* turns(schemas(4), { rough: [0, 1] }), [1, 1, 1, 1])
    })
  )

  it.effect("of one connection: what another one can take, it has to show by itself", () =>
    Effect.gen(function* () {
      const both = [...schemas(4), ...schemas(4, { connection: "logs" })]
      assert.deepStrictEqual(yield* turns(both), [1, 2, 1, 1, 2, 1])
    })
  )

  it.effect("so few that everybody who works has a share of what is left", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* turns(schemas(12), { workers: 4 }), [1, 2, 2, 2, 1, 1, 1, 1, 1])
    })
  )

  it.effect("with no more than 64 steps", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 8 }, (_, n) =>
        Array.from({ length: 22 }, (_, m) => step(`t${n} s${n}_${m}`))
      ).flat()
      assert.deepStrictEqual(yield* turns(many), [1, 2, 2, 2, 1])
      const full = Array.from({ length: 4 }, (_, n) =>
        Array.from({ length: 32 }, (_, m) => step(`t${n} s${n}_${m}`))
      ).flat()
      assert.deepStrictEqual(yield* turns(full), [1, 2, 1])
    })
  )

  it.effect("unless one is no plain transaction: that goes alone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* turns(schemas(5, { mode: "journal" })), [1, 1, 1, 1, 1])
      const asking = { requires: [{ kind: "table", name: "a" } as const] }
      assert.deepStrictEqual(yield* turns(schemas(5, asking)), [1, 1, 1, 1, 1])
      const partly = schemas(5).flatMap(one => [one, { ...one, id: `${one.id}b`, mode: "journal" as const }])
      assert.deepStrictEqual(yield* turns(partly), [1, 1, 1, 1, 1])
      const mixed = [...schemas(2), step("odd o", { mode: "program" }), ...schemas(4).slice(1)]
      assert.deepStrictEqual(yield* turns(mixed), [1, 1, 1, 2, 1])
    })
  )

  it.effect("but none of them before its wave, or what it needs", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* turns(schemas(9), { options: { waves: "1,3,*" } }), [1, 2, 1, 4, 1])
      assert.deepStrictEqual(yield* turns(["t1 a", "t2 b", "t3 c < b", "t4 d", "t5 e"]), [1, 1, 2, 1])
    })
  )

  it.effect("the first waits for its turn", () =>
    Effect.gen(function* () {
      const { segments, rollout } = rolledOut({}, "t1 a", "t2 b < a")
      const gates = yield* Gates.make(segments, rollout)
      const line = Line.make(segments, gates, 2)
      const [first] = yield* line.next
      const second = yield* Effect.fork(line.next)
      yield* settled
      assert.strictEqual((yield* Fiber.poll(second))._tag, "None")
      if (first !== undefined) yield* gates.end(first)
      assert.deepStrictEqual(
        (yield* Fiber.join(second)).map(({ schema }) => schema),
        ["t2"]
      )
    })
  )
})
