import { assert, it } from "@effect/vitest"
import * as RenderRuns from "../../../src/interfaces/cli/RenderRuns.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as Sample from "./Sample.ts"

it("a run says who began it, what it reaches, and what became of it", () => {
  const run = {
    id: "01JD0000000000000000000000",
    actor: { name: "ci", method: "api" },
    direction: "up",
    connections: ["core", "logs"],
    plan_hash: "4f1c2a90",
    state: "succeeded",
    started_at: 0,
    finished_at: 400,
    total: 1,
    ...{ pending: 0, running: 0, succeeded: 1, failed: 0, skipped: 0, not_run: 0 }
  } as const
  const lines = RenderRuns.detail(Style.plain, { run }, Sample.result({ applied: ["a_core"] }), [])
  assert.strictEqual(
    lines[0],
    "Run 01JD0000000000000000000000 succeeded · up on core, logs · plan 4f1c2a90 · by ci (api)"
  )
  assert.match(lines[1] ?? "", /^ {2}began .*, took 400ms$/)
  assert.deepStrictEqual(lines.slice(2), ["  1 step: 1 succeeded", "  ✔ a_core"])
})
