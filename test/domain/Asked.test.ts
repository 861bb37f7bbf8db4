import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Asked from "../../src/domain/Asked.ts"

const asked = (options: object): Asked.Asked =>
  Schema.decodeUnknownSync(Asked.Asked)({
    order: { _tag: "Up", request: { schemas: ["tenant_*"] }, options },
    permitted: ["core"]
  })
const rest = (options: object, state: Parameters<typeof Asked.rest>[1]) => {
  const { order, permitted } = Asked.rest(asked(options), state)
  expect(permitted).toEqual(["core"])
  expect(order).toMatchObject({ _tag: "Up", request: { schemas: ["tenant_*"] } })
  const { concurrency: _, on_failure: __, ...left } = order.options
  return left
}

describe("what is left of a run", () => {
  it("is not bound to the plan that was expected before", () => {
    expect(rest({ plan_hash: "7f3a91c2", waves: "1,*" }, "failed")).toEqual({ waves: "1,*" })
    expect(rest({ plan_hash: "7f3a91c2" }, "interrupted")).toEqual({})
  })

  it("begins with its canary and first wave again, unless it has paused", () => {
    expect(rest({ canary: 2, waves: "10,100,*", pause: true }, "cancelled")).toEqual({
      canary: 2,
      waves: "10,100,*",
      pause: true
    })
  })

  it("goes on with the wave after the one after which it has paused", () => {
    expect(rest({ canary: 2, waves: "10,100,*", pause: true }, "paused")).toEqual({
      waves: "10,100,*",
      pause: true
    })
    expect(rest({ waves: "10,100,*", pause: true }, "paused")).toEqual({ waves: "100,*", pause: true })
    // The last size holds for what is left, pauses and all.
    expect(rest({ waves: "10", pause: true }, "paused")).toEqual({ waves: "10", pause: true })
    expect(rest({ canary: 2, pause: true }, "paused")).toEqual({ pause: true })
  })
})
