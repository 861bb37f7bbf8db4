import { assert, describe, it } from "@effect/vitest"
import type { RunOptions } from "../../src/domain/Request.ts"
import * as Rollout from "../../src/pipeline/execute/Rollout.ts"
import type { Segment } from "../../src/pipeline/execute/Segment.ts"

const segment = (index: number, schema: string, after: ReadonlyArray<number> = []): Segment => ({
  index,
  connection: "core",
  schema,
  steps: [],
  after: new Set(after)
})

const tenants = (count: number) => Array.from({ length: count }, (_, n) => segment(n, `t${n}`))

const options = (part: Partial<RunOptions> = {}): RunOptions => ({
  concurrency: 1,
  on_failure: "stop",
  ...part
})

/** Tenants are what is asked for with `t*`. */
const make = (segments: ReadonlyArray<Segment>, part: Partial<RunOptions>) =>
  Rollout.make(segments, options(part), ({ schema }) => schema.startsWith("t"))

const sizes = (count: number, part: Partial<RunOptions>) =>
  make(tenants(count), part).waves.map(({ name, size }) => `${name}: ${size}`)

/** Why no schema of the wave is begun, after the first so many have failed. */
const refusal = (count: number, failed: number, part: Partial<RunOptions>, wave = 1) =>
  Rollout.refusal(
    make(tenants(count), part),
    wave,
    { lanes: new Map(Array.from({ length: failed }, (_, n) => [`core t${n}`, `t${n}_it`])) },
    part.on_failure ?? "stop"
  )

describe("a rollout", () => {
  it("is one wave when nothing else is said", () => {
    assert.deepStrictEqual(sizes(3, {}), ["wave 1: 3"])
    assert.deepStrictEqual(sizes(0, { canary: 2 }), [])
  })

  it("begins with the canary, then waves, of which the last size holds for the rest", () => {
    assert.deepStrictEqual(sizes(1_000, { canary: 5, waves: "10,100,*" }), [
      "canary: 5",
      "wave 2: 10",
      "wave 3: 100",
      "wave 4: 885"
    ])
    assert.deepStrictEqual(sizes(25, { waves: "10" }), ["wave 1: 10", "wave 2: 10", "wave 3: 5"])
    assert.deepStrictEqual(sizes(3, { canary: 5, waves: "10,*" }), ["canary: 3"])
  })

  it("takes ahead what tenants need, puts off what needs them, and counts neither", () => {
    const segments = [
      segment(0, "public"),
      segment(1, "t1", [0]),
      segment(2, "t2", [0]),
      segment(3, "t3"),
      segment(4, "report", [2, 3]),
      segment(5, "public", [0, 1])
    ]
    const { waves, waveOf, counted } = make(segments, { canary: 1, waves: "1" })
    assert.deepStrictEqual(
      waves.map(({ size }) => size),
      [1, 1, 1]
    )
    assert.deepStrictEqual(waveOf, [0, 0, 1, 2, 2, 0])
    assert.deepStrictEqual([...counted.keys()], ["core t1", "core t2", "core t3"])
  })

  it("begins no part of a schema before what that part needs", () => {
    const segments = [segment(0, "t1"), segment(1, "t2"), segment(2, "t1", [0, 1])]
    assert.deepStrictEqual(make(segments, { canary: 1 }).waveOf, [0, 1, 1])
  })

  it("counts every schema where none was asked for", () => {
    const segments = [segment(0, "app"), segment(1, "billing", [0])]
    assert.deepStrictEqual(make(segments, { canary: 1 }).waveOf, [0, 1])
    assert.strictEqual(make(segments, { max_failures: "50%" }).counted.size, 2)
  })

  it("stops after a canary that failed, whatever else is allowed", () => {
    assert.strictEqual(
      refusal(100, 1, { canary: 5, max_failures: "50%", on_failure: "continue" }),
      "stopped after the canary: t0_it failed"
    )
    assert.isUndefined(refusal(100, 1, { canary: 5, max_failures: "1" }, 0))
  })

  it("counts what the canary needed as its own, and what failed after it as any other", () => {
    const segments = [segment(0, "public"), segment(1, "t1", [0]), segment(2, "t2"), segment(3, "t3")]
    const rollout = make(segments, { canary: 1, waves: "1", max_failures: "1" })
    const stopped = (...failed: ReadonlyArray<string>) =>
      Rollout.refusal(
        rollout,
        2,
        { lanes: new Map(failed.map(schema => [`core ${schema}`, `${schema}_it`])) },
        "stop"
      )
    assert.strictEqual(stopped("t2", "public"), "stopped after the canary: public_it failed")
    assert.strictEqual(stopped("t2", "t1"), "stopped after the canary: t1_it failed")
    assert.isUndefined(stopped("t2"))
    assert.strictEqual(stopped("t2", "t3"), "2 schemas failed, the limit is 1")
  })

  it("pauses after the first wave when that is wanted, but says first what failed", () => {
    assert.strictEqual(refusal(100, 0, { canary: 5, pause: true }), "the run pauses after the canary")
    assert.strictEqual(refusal(100, 0, { waves: "5", pause: true }), "the run pauses after its first wave")
    assert.isUndefined(refusal(100, 0, { canary: 5, pause: true }, 0))
    assert.strictEqual(
      refusal(100, 2, { waves: "5", pause: true, max_failures: "2" }),
      "the run pauses after its first wave"
    )
    assert.strictEqual(refusal(100, 2, { canary: 5, pause: true }), "stopped after the canary: t0_it failed")
  })

  it("goes on until more have failed than are allowed", () => {
    assert.isUndefined(refusal(100, 2, { max_failures: "2" }))
    assert.strictEqual(refusal(100, 3, { max_failures: "2" }), "3 schemas failed, the limit is 2")
    assert.strictEqual(refusal(100, 1, { max_failures: "0" }), "1 schema failed, the limit is 0")
    assert.isUndefined(refusal(200, 2, { max_failures: "1%" }))
    assert.isUndefined(refusal(100, 10, { max_failures: "10%" }))
    assert.strictEqual(refusal(200, 4, { max_failures: "1%" }), "2 % of the schemas failed, the limit is 1 %")
  })

  it("without a limit stops at the first failure, or never", () => {
    assert.strictEqual(refusal(9, 1, {}), "stopped after t0_it")
    assert.isUndefined(refusal(9, 9, { on_failure: "continue" }))
    assert.isUndefined(refusal(9, 0, { max_failures: "0" }))
  })
})
