import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../src/domain/Run.ts"
import * as Course from "../../src/ui/screens/run/Course.ts"
import * as Sample from "../interfaces/cli/Sample.ts"

const planned = (...ids: ReadonlyArray<string>): Event => ({
  _tag: "Planned",
  plan: Sample.plan(ids.map((id, index) => Sample.step({ id, position: index + 1 })))
})
const started = (id: string): Event => ({ _tag: "StepStarted", id, position: 1 })
const succeeded = (id: string): Event => ({ _tag: "StepSucceeded", id, position: 1, duration_ms: 1 })

/** How each step stands after these events. */
const standing = (...events: ReadonlyArray<Event>) =>
  [
    ...Course.after(
      Course.silent,
      events.map((event, index) => ({ _tag: "Event" as const, sequence: index + 1, event }))
    ).steps
  ].map(([id, { state }]) => `${id} ${state}`)

describe("a run on the page", () => {
  it("that another worker goes on with: what its plan does not have any more is done", () => {
    const first = [planned("a", "b", "c", "d"), started("a"), succeeded("a"), started("b")]
    assert.deepStrictEqual(standing(...first), ["a applied", "b running", "c waiting", "d waiting"])
    assert.deepStrictEqual(standing(...first, planned("c", "d"), started("c")), [
      "a applied",
      "b applied",
      "c running",
      "d waiting"
    ])
  })
})
